"""The benchmarks: stored results, pages, logs of long runs, and claims on made-up numbers."""

import ast
import inspect
import os
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from skmnist import model_selection
from skmnist.noise import GaussianNoise, RandomNoise

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "benchmarks"
RESULTS = BENCHMARKS / "results"
SCRIPTS = sorted([*BENCHMARKS.glob("[a-z]*.py"), *BENCHMARKS.glob("research/[a-z]*.py")])
# Scripts that store their runs one by one.
LOGGED = {
    "abstention": "abstention",
    "accuracy_best": "accuracy_best",
    "accuracy_mnist_c": "accuracy_mnist_c",
    "accuracy_n_mnist": "accuracy_n_mnist",
    "accuracy_reference": "accuracy_reference",
    "mnist_c_choice": "research.mnist_c_choice",
    "precision_accuracy": "research.precision_accuracy",
    "real_digits": "real_digits",
    "real_digits_choice": "research.real_digits_choice",
    "recipe_choice": "research.recipe_choice",
}


@pytest.fixture(autouse=True)
def _import_path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def script():
    """Return a function that imports a module of the benchmarks."""
    return lambda name: import_module(f"benchmarks.{name}")


# Stored results, and the texts that give their figures --------------------------------------------


def results_of(script):
    """Return the names of the results of a script: its name, alone or followed by more words."""
    return {
        path.name.partition(".")[0]
        for path in RESULTS.iterdir()
        if re.fullmatch(rf"{script}(_\w+)?\.(txt|csv|note\.md)", path.name)
    }


def test_every_result_has_a_script_and_every_script_has_a_result():
    names = {path.stem for path in SCRIPTS} - {"run_all", "accuracy_page"}
    assert all(results_of(name) for name in names)
    stored = {path.name.partition(".")[0] for path in RESULTS.iterdir()}
    assert set.union(*map(results_of, names)) == stored


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_docstring_has_the_command(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    usage = ast.get_docstring(ast.parse(path.read_text())).rpartition("::\n\n")[2]
    assert all(f"python -m {module}" in line for line in usage.splitlines() if line)


@pytest.mark.parametrize("result", LOGGED)
def test_stored_runs_are_those_of_the_recipes(script, result):
    """By their digests: the networks of `skmnist.model_selection` are the measured ones."""
    run_log = script("harness.run_log")
    recipes = script(LOGGED[result]).recipes()
    digests = {key: run_log.digest_of(network) for key, network in recipes.items()}
    assert run_log.RunLog(result).digests == digests


def numbers_in(text):
    return re.findall(r"\d[\d,]*(?:\.\d+)?", text)


def is_stored(figure, text):
    """Return whether a text has a number that is rounded to a figure, directly or in percent."""
    decimals = len(figure.partition(".")[2])
    values = [float(number.replace(",", "")) for number in numbers_in(text)]
    return any(
        f"{factor * value:,.{decimals}f}" == figure for value in values for factor in (1, 100)
    )


def test_every_figure_of_the_readme_is_stored():
    _, _, text = (ROOT / "README.md").read_text().partition("## Figures")
    rows = re.findall(r"^\| (.+) \| (.+) \| `(\w+)` \|$", text, re.MULTILINE)
    assert len(rows) == text.count("\n| ") - 1 <= 8
    for what, measured, name in rows:
        stored = "".join(
            (RESULTS / f"{result}.txt").read_text()
            for result in results_of(name)
            if (RESULTS / f"{result}.txt").exists()
        )
        for figure in numbers_in(measured):
            assert is_stored(figure, stored), f"{what}: {figure}"


@pytest.mark.parametrize("name", model_selection.__all__)
def test_every_accuracy_in_a_docstring_is_stored(name):
    stored = "".join(path.read_text() for path in RESULTS.glob("*.txt"))
    for figure in re.findall(r"(\d+\.\d+)\s%", inspect.getdoc(getattr(model_selection, name))):
        assert is_stored(figure, stored), figure


def test_the_pages_are_those_of_the_stored_results(script, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    text, _ = script("run_all").page()
    assert (ROOT / "docs" / "benchmarks.md").read_text() == f"{text.rstrip()}\n"
    text, figures = script("accuracy_page").page()
    assert (ROOT / "docs" / "accuracy.md").read_text() == text
    assert all((ROOT / "docs" / "images" / name).exists() for name in figures)


def test_noises_agree_with_an_independent_implementation(script, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["fidelity", "noise", "--rows", "300"])
    script("fidelity").main()
    printed = capsys.readouterr().out
    assert printed.count(" SE") > 30
    assert "holds: shot_noise" in printed


# Logs of long runs --------------------------------------------------------------------------------


@pytest.fixture
def make_log(script, tmp_path):
    """Return a function that opens the log of a script, as a restart does."""
    run_log = script("harness.run_log")
    return lambda **params: run_log.RunLog("script", path=tmp_path / "script.txt", **params)


def never():
    raise AssertionError("a stored run was run again")


HISTORY = {"loss": [2.0, 1.0], "accuracy": [0.5, 0.75], "val_accuracy": [0.5, 0.25]}


def test_a_restart_skips_the_stored_runs(make_log):
    log = make_log()
    first = log.run("cnn-5 fold 1", "net", lambda: ({"accuracy": 96.62349, "loss": 1e-5}, HISTORY))
    with pytest.raises(KeyboardInterrupt):
        log.run("cnn-5 fold 2", "net", interrupted)
    again = make_log()
    assert again.run("cnn-5 fold 1", "net", never) == first == {"accuracy": 96.6235, "loss": 0.0}
    again.run("cnn-5 fold 2", "net", lambda: ({"accuracy": 97.0}, HISTORY))
    again.summarize("| a table: of numbers=1 |")
    third = make_log()
    assert list(third.runs) == ["cnn-5 fold 1", "cnn-5 fold 2"]
    assert third.path.read_text().count("CPU: ") == 1
    assert third.path.read_text().endswith("\n\n| a table: of numbers=1 |\n")


def interrupted():
    raise KeyboardInterrupt


def test_curves_are_stored_beside_the_numbers(make_log):
    log = make_log()
    for key in ("a", "b"):
        log.run(key, "net", lambda: ({"accuracy": 1.0}, HISTORY))
    curves = make_log().curves()
    assert curves["run"].tolist() == ["a", "a", "b", "b"]
    assert curves["epoch"].tolist() == [1, 2, 1, 2]
    assert curves["accuracy"].tolist() == [0.5, 0.75] * 2
    assert curves["val_loss"].isna().all()


def test_other_conditions_stand_before_their_own_runs(make_log, monkeypatch):
    make_log().run("a", "net", lambda: ({"accuracy": 1.0}, HISTORY))
    monkeypatch.setattr(
        "benchmarks.harness.run_log.print_conditions", lambda: print("CPU: another one")
    )
    make_log().run("b", "net", lambda: ({"accuracy": 2.0}, HISTORY))
    make_log().run("c", "net", lambda: ({"accuracy": 2.0}, HISTORY))
    text = make_log().path.read_text()
    assert text.index("a [") < text.index("CPU: another one") < text.index("b [")
    assert text.count("CPU: another one") == 1


def test_logs_that_are_open_at_once_keep_the_runs_of_each_other(make_log):
    first, second = make_log(), make_log()
    first.run("a", "net", lambda: ({"accuracy": 1.0}, HISTORY))
    second.run("b", "net", lambda: ({"accuracy": 2.0}, HISTORY))
    first.run("c", "net", lambda: ({"accuracy": 3.0}, HISTORY))
    assert {key: run["accuracy"] for key, run in make_log().runs.items()} == {
        "a": 1.0, "b": 2.0, "c": 3.0,
    }  # fmt: skip


def test_another_recipe_is_not_taken_for_the_stored_one(make_log):
    make_log().run("a", "one net", lambda: ({"accuracy": 1.0}, HISTORY))
    with pytest.raises(SystemExit, match="'a' of another recipe; delete its line to run it again"):
        make_log().run("a", "another net", never)


def test_recipes_that_differ_late_in_a_long_text_are_distinguished(make_log):
    def recipe(scale):
        noises = [(f"noise_{i}", GaussianNoise(i)) for i in range(99)]
        return RandomNoise([*noises, ("last", GaussianNoise(scale))])

    make_log().run("a", recipe(0.1), lambda: ({"accuracy": 1.0}, HISTORY))
    with pytest.raises(SystemExit, match="of another recipe"):
        make_log().run("a", recipe(0.2), never)


def test_a_run_that_is_repeated_replaces_its_curve(make_log):
    for n_epochs in (2, 1):
        history = {name: values[:n_epochs] for name, values in HISTORY.items()}
        make_log().run("a", "net", lambda history=history: ({"accuracy": 1.0}, history))
        make_log().path.unlink()
    assert make_log().curves()["epoch"].tolist() == [1]


# Claims of the accuracy benchmarks, on made-up numbers --------------------------------------------


def test_claims_of_the_best_network(script):
    accuracy = script("accuracy_best")
    numbers = {"accuracy": 99.25, "averaged": 99.3, "epochs": 2, "seconds": 600.0}
    race = {"fast_accuracy": 97, "fast_seconds": 40, "cnn5_accuracy": 96.7, "cnn5_seconds": 90}
    runs = dict.fromkeys(("best test", "mlp test", "ablation all"), numbers)
    fold_numbers = numbers | {"averaged_most": 99.4}
    runs |= dict.fromkeys(accuracy.FOLDS, fold_numbers) | {"race": race}
    table, claims = accuracy.summarize(runs)
    assert len(claims) == 4
    assert all(claims.values())
    assert "| 99.40 ± 0.00 % (32 views) | 99.25 ± 0.00 % |" in table
    for name, changes in [
        ("best test", {"averaged": 99.19}),
        ("best test", {"seconds": 2401.0}),
        ("best fold-2", {"seconds": 1201.0}),
        ("best fold-3", {"averaged_most": 97.0}),
        ("mlp test", {"accuracy": 91.9}),
        ("race", {"fast_seconds": 46.0}),
        ("race", {"fast_accuracy": 96.61}),
    ]:
        _, claims = accuracy.summarize(runs | {name: runs[name] | changes})
        assert list(claims.values()).count(False) == 1


@pytest.mark.parametrize(
    ("gaps", "holds"),
    [
        ([0.1, -0.1, 0.2, 0.1, 0.1, 0.1], True),  # small
        ([1.0, -0.9, 0.8, -0.3, 1.1, 0.2], True),  # as likely 0 as not
        ([-0.5, -0.6, -0.4, -0.5, -0.5, -0.6], False),
        ([0.1, -0.1, 0.2], False),  # too few
    ],
)
def test_claim_of_the_precision(script, gaps, holds):
    precision_accuracy = script("research.precision_accuracy")
    seeds = list(range(len(gaps)))
    runs = {}
    for seed, gap in zip(seeds, gaps, strict=True):
        runs[precision_accuracy.name_of(seed, "auto")] = {"accuracy": 95 + gap}
        runs[precision_accuracy.name_of(seed, "float32")] = {"accuracy": 95.0}
    table, claims = precision_accuracy.summarize(runs, seeds)
    assert list(claims.values()) == [holds]
    assert f"{sum(gaps) / len(gaps):+.3f} points" in table


def test_claims_of_the_corruptions(script):
    mnist_c = script("accuracy_mnist_c")
    runs = {
        f"{recipe} test": {"clean": 99.4, "seconds": 60.0} | dict.fromkeys(mnist_c.PUBLISHED, 98.5)
        for recipe in mnist_c.BARS
    }
    table, claims = mnist_c.summarize(runs)
    assert len(claims) == 7
    assert all(claims.values())
    assert "**98.50**" in table
    for recipe in mnist_c.BARS:
        changed = {f"{recipe} test": runs[f"{recipe} test"] | {"clean": 99.2}}
        _, claims = mnist_c.summarize(runs | changed)
        assert list(claims.values()).count(False) == 1
        bar = mnist_c.BARS[recipe]
        low = dict.fromkeys(mnist_c.PUBLISHED, 94.9 if bar is None else bar - 0.1)
        changed = {f"{recipe} test": runs[f"{recipe} test"] | low}
        _, claims = mnist_c.summarize(runs | changed)
        assert list(claims.values()).count(False) == (bar is not None)


def test_claims_of_the_noises_of_n_mnist(script):
    n_mnist = script("accuracy_n_mnist")
    numbers = {"accuracy": 99.5, "averaged": 99.6, "seconds": 60.0}
    runs = {f"{noise} test": numbers for noise in n_mnist.NOISES}
    table, claims = n_mnist.summarize(runs)
    assert len(claims) == 3
    assert all(claims.values())
    assert "| awgn | 98.43 % | 99.50 % | 99.60 % | 99.2 % | 1.0 |" in table
    for noise, (_, bar) in n_mnist.NOISES.items():
        changed = {f"{noise} test": numbers | {"accuracy": bar - 0.01}}
        _, claims = n_mnist.summarize(runs | changed)
        assert list(claims.values()).count(False) == 1


def test_claims_of_the_reproduced_table(script):
    reference = script("accuracy_reference")
    runs = {
        f"{name} test": {"accuracy": accuracy + 0.5, "loss": loss, "epochs": 20}
        for name, (accuracy, loss) in reference.PUBLISHED.items()
    }
    for name, (mean, _) in reference.PUBLISHED_FOLDS.items():
        runs |= {f"{name} fold {i}": {"accuracy": mean} for i in range(1, 6)}
    table, claims = reference.summarize(runs)
    assert len(claims) == 9 + 2 + 1
    assert all(claims.values())
    assert "| cnn-5 | 96.46 % | 96.96 % | +0.50 |" in table
    runs["lenet test"]["accuracy"] = 85.0  # below an MLP, and too far from what was published
    _, claims = reference.summarize(runs)
    assert list(claims.values()).count(False) == 2
    del runs["cnn-5 fold 5"]
    assert len(reference.summarize(runs)[1]) == len(claims) - 1


# Processors without bfloat16 ----------------------------------------------------------------------


@pytest.fixture
def processor(script, monkeypatch):
    """Return a function that sets the flags of the processor and the cap, and `processors`."""
    processors = script("harness.processors")

    def have(flags, cap):
        monkeypatch.setattr("pathlib.Path.exists", lambda self: True)
        monkeypatch.setattr("pathlib.Path.read_text", lambda self, encoding: f"flags : {flags}\n")
        if cap is None:
            monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
        else:
            monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", cap)
        return processors

    return have


@pytest.mark.parametrize(
    ("flags", "cap", "bfloat16", "avx512"),
    [
        ("avx2 avx512f avx512_bf16 amx_bf16", None, True, True),
        ("avx2 avx512f avx512_bf16 amx_bf16", "ALL", True, True),
        ("avx2 avx512f avx512_bf16 amx_bf16", "AVX512_CORE", False, True),
        ("avx2 avx512f avx512_bf16 amx_bf16", "AVX2", False, False),
        ("avx2 avx512f avx512_bf16 amx_bf16", "avx2", False, False),
        ("avx2 avx512f", None, False, True),
        ("avx2", None, False, False),
    ],
)
def test_instructions_of_the_processor(processor, flags, cap, bfloat16, avx512):
    processors = processor(flags, cap)
    assert processors.has_bfloat16() is bfloat16
    assert processors.has_avx512() is avx512


def test_a_capped_processor_behaves_as_one_with_avx2(processor):
    onednn = "TF_ENABLE_ONEDNN_OPTS"
    processors = processor("avx2 avx512f avx512_bf16", "AVX2")
    assert "capped by ONEDNN_MAX_CPU_ISA=AVX2" in processors.description()
    assert processors.as_tensorflow_starts()[onednn] == "0"
    assert processors.as_skmnist_starts()[onednn] == processors.with_onednn()[onednn] == "1"
    assert processors.with_onednn()["ATEN_CPU_CAPABILITY"] == "avx2"
    processors = processor("avx2", None)
    assert processors.as_tensorflow_starts() == processors.as_skmnist_starts() == {onednn: None}


def test_a_peer_has_its_own_environment(script, monkeypatch):
    Peer = script("harness.timing").Peer
    monkeypatch.setenv("SKMNIST_TEST_A", "of the parent")
    monkeypatch.delenv("SKMNIST_TEST_B", raising=False)
    changes = {"SKMNIST_TEST_A": None, "SKMNIST_TEST_B": "of the peer"}
    with Peer("os", changes) as peer, Peer("os") as other:
        for process, a, b in ((peer, None, "of the peer"), (other, "of the parent", None)):
            assert process("getenv", "SKMNIST_TEST_A") == a
            assert process("getenv", "SKMNIST_TEST_B") == b
    assert os.environ["SKMNIST_TEST_A"] == "of the parent"
    assert "SKMNIST_TEST_B" not in os.environ


def test_claims_on_the_speed_of_fits(script):
    fit = script("fit")
    float32 = {
        "skmnist": [110.0],
        fit.KERAS_WITH_ONEDNN: [100.0],
        fit.KERAS_WITHOUT_ONEDNN: [50.0],
        "PyTorch, float32": [60.0],
        "PyTorch, float32, channels-last": [99.0],
        "skorch, float32, channels-last": [80.0],
    }
    claims = fit.claims_of("cnn-5", float32, bfloat16=False)
    assert [claim.bar for claim in claims] == [1.1, 2.0, 1.1]
    assert [claim.values for claim in claims] == [[1.1], [2.2], [110 / 99]]
    (claim,) = fit.claims_of("mlp-4", float32, bfloat16=False)
    assert (claim.bar, claim.values, claim.holds) == (1.3, [1.1], False)
    del float32[fit.KERAS_WITHOUT_ONEDNN]  # a processor with AVX-512
    assert len(fit.claims_of("cnn-5", float32, bfloat16=False)) == 2
    bfloat16 = {"skmnist": [150.0], fit.KERAS: [100.0], "PyTorch, bfloat16": [160.0]}
    claims = fit.claims_of("cnn-5", bfloat16, bfloat16=True)
    assert [(claim.bar, claim.holds) for claim in claims] == [(1.4, True), (0.85, True)]


def test_claims_on_the_speed_of_predictions(script):
    predict = script("predict")
    seconds = {"skmnist": [0.0009], "scikeras": [0.04], "PyTorch": [0.0006]}
    seconds |= {"PyTorch, channels-last": [0.0004], "PyTorch, torch.jit": [0.0005]}
    many = {"skmnist": [1.0], "scikeras": [2.0]}
    claims = predict.claims_of(seconds, many, 10_000, bfloat16=True)
    assert all(claim.holds for claim in claims)
    assert len(claims) == 3
    claims = predict.claims_of(seconds, many, 10_000, bfloat16=False)
    (broken,) = (claim for claim in claims if not claim.holds)
    assert broken.what.endswith("the fastest of PyTorch")
    assert broken.values == pytest.approx([2.25])


def test_claims_on_exported_models(script):
    one = {"network": [0.004, 0.005], "OnnxClassifier": [0.001, 0.001]}
    claims = script("export").claims_of(2e-6, one, [(0.2, 160.0), (0.1, 170.0)])
    assert [claim.holds for claim in claims] == [True, True, True, False]
    assert claims[1].values == pytest.approx([4, 5])


def test_the_page_has_columns_for_each_processor(script, monkeypatch, tmp_path):
    run_all, claims = script("run_all"), script("harness.claims")

    def store(name, *rows):
        lines = ["CPU: one", "versions", claims.HEADER, claims.RULE, *rows, "", "holds: all"]
        (tmp_path / f"{name}.txt").write_text("\n".join(lines))

    monkeypatch.setattr(run_all, "RESULTS", tmp_path)
    for name in run_all.ON_THE_PAGE:
        store(name, f"| claim of {name} | 2 x | ≥ 1 x |  | yes |")
    page, failed = run_all.page()
    assert failed == []
    assert "| claim | bar | stretch | bfloat16 | holds |" in page
    store(
        "fit_speed_float32",
        "| claim of fit_speed | 3 x | ≥ 1 x |  | yes |",
        "| only there | 4 x | ≥ 5 x |  | **no** |",
    )
    (tmp_path / "fit_speed_float32.note.md").write_text("Why that is.")
    page, failed = run_all.page()
    assert failed == ["fit_speed_float32"]
    assert "| claim | bar | stretch | bfloat16 | holds | AVX2, float32 | holds |" in page
    assert "| claim of fit_speed | ≥ 1 x |  | 2 x | yes | 3 x | yes |" in page
    assert "| only there | ≥ 5 x |  |  |  | 4 x | **no** |" in page
    assert "| claim of memory | ≥ 1 x |  | 2 x | yes |  |  |" in page
    assert "### fit_speed, AVX2, float32" in page
    assert "#### Why a bar is missed\n\nWhy that is." in page
