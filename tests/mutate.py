"""mutate.py PROGRAM N SEED INPUT... GOOD - run combiner or processor on INPUTs of which one has some bytes changed, N times

GOOD is a file of another granule that must always be made: no input ends a run early. What combiner makes of changed
inputs must be what a plain netCDF reader finds in them. Works in the directory `mutated`, prints what went wrong and, on the
last line, how often which exit status was seen. SEED makes it repeatable; tests/hostile.t runs a few.
"""

import collections
import os
import random
import shutil
import subprocess
import sys

import netCDF4
import numpy as np


def change(path):
    """Set one to four bytes, seldom in long stretches of zeros."""
    with open(path, "rb") as f:
        data = bytearray(f.read())
    for _ in range(random.choice((1, 1, 2, 4))):
        at = next((a for a in (random.randrange(len(data)) for _ in range(50)) if data[a]), 0)
        data[at] = random.randrange(256)
    with open(path, "wb") as f:
        f.write(data)


def variables(path):
    """Name: stored bytes of all variables that can be read."""
    found = {}
    with netCDF4.Dataset(path) as d:
        d.set_auto_maskandscale(False)
        for group in [d, *d.groups.values()]:
            for name, v in group.variables.items():
                try:
                    found[name] = np.ascontiguousarray(v[:]).tobytes()
                except RuntimeError:
                    pass
    return found


def differs(result, inputs):
    """A variable of a combined file that is not as in its input; None when all are."""
    made = variables(result)
    for path in filter(os.path.exists, inputs):
        try:
            source = variables(path)
        except OSError:                 # other readers may be stricter
            continue
        for name in made:
            if ("sst4" in name) == ("SST4" in path) and made[name] != source.get(name):
                return name
    return None


def main():
    program, count, seed, *files = sys.argv[1:]
    *inputs, good = files
    random.seed(int(seed))
    seen = collections.Counter()
    for i in range(int(count)):
        shutil.rmtree("mutated", ignore_errors=True)
        os.makedirs("mutated/in")
        paths = [shutil.copy(f, "mutated/in") for f in inputs]
        change(random.choice(paths))
        run = subprocess.run([program, "-j1", "-o", "mutated/out", "--quarantine", "mutated/bad", paths[0], good], check=False,
                             capture_output=True, timeout=600)
        out, seen[run.returncode] = run.stdout.decode().split(), seen[run.returncode] + 1
        if run.returncode not in (0, 1) or len(out) not in (2 - run.returncode, 2):
            print(i, "status", run.returncode, out, run.stderr.decode(errors="replace"))
        elif len(out) == 2 and program == "combiner" and differs(out[0], paths):
            print(i, "other data than in the input:", differs(out[0], paths))
    print(*(f"{status}: {n}" for status, n in sorted(seen.items())))


main()
