"""values.py FILE VARIABLE [LINE] - the stored values of a variable, a line of text per scan line"""

import sys

import netCDF4

with netCDF4.Dataset(sys.argv[1]) as f:
    v = f.variables[sys.argv[2]]
    v.set_auto_maskandscale(False)
    data = v[:]
    while data.ndim > 2:
        data = data[0]
    for j, row in enumerate(data):
        if len(sys.argv) < 4 or j == int(sys.argv[3]):
            print(*(f"{x:g}" for x in row))
