"""The tables of results: tidy scores, and their summary over the corruptions."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from skmnist.robustness._corruptions import CLEAN, Corruption
from skmnist.robustness._metrics import Metric


def as_table(rows: Iterable[tuple[Corruption, Iterable[Mapping[str, Any]]]]) -> pd.DataFrame:
    """Return a tidy table of rows under corruptions, with the corruption in front of each."""
    table = pd.DataFrame(
        [
            {"corruption": corruption.name, "severity": corruption.severity, **row}
            for corruption, under_it in rows
            for row in under_it
        ]
    )
    return table.astype({"severity": "Int64"})


def mean_over_severities(table: pd.DataFrame, by: list[str], columns: list[str]) -> pd.DataFrame:
    """Return the mean of each corruption over its severities, in the order of the table."""
    return table.groupby([*by, "corruption"], sort=False, as_index=False)[columns].mean()


def summarize(table: pd.DataFrame, metrics: Mapping[str, Metric]) -> pd.DataFrame:
    """Return a row for each model and metric: clean, mean, drop and worst case.

    Parameters
    ----------
    table : DataFrame
        Tidy scores with the columns model, corruption, severity, metric and value.
    metrics : mapping of str to Metric
        The metrics, which know whether greater is better.

    Returns
    -------
    DataFrame
        The columns of the summary in `robustness_scores`, after a column model.
    """
    rows = []
    for (model, name), scores in table.groupby(["model", "metric"], sort=False):
        sign = metrics[str(name)].sign
        is_clean = scores["corruption"] == CLEAN.name
        clean, noisy = scores.loc[is_clean, "value"].mean(), scores[~is_clean]
        mean = noisy.groupby("corruption")["value"].mean().mean()
        worst = noisy.iloc[int((sign * noisy["value"]).to_numpy().argmin())]
        rows.append(
            {
                "model": model,
                "metric": name,
                "clean": clean,
                "mean": mean,
                "drop": sign * (clean - mean),
                "worst": worst["value"],
                "worst_corruption": worst["corruption"],
                "worst_severity": worst["severity"],
            }
        )
    return pd.DataFrame(rows).astype({"worst_severity": "Int64"})
