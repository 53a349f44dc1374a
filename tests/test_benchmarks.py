"""The benchmark whose verdict does not depend on the machine, on few rows."""

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_noises_agree_with_an_independent_implementation():
    script = BENCHMARKS / "noise_fidelity.py"
    command = [sys.executable, script, "--rows", "300"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count(" SE") > 30
    assert "holds: shot_noise" in result.stdout
