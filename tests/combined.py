"""combined.py OUT [ATTRIBUTE=VALUE | -VARIABLE | VARIABLE:ATTRIBUTE=VALUE | -VARIABLE:ATTRIBUTE | +nofill ...]

Writes the small combined file of the worked example of processor-viirs (4 lines of 6 pixels, night, date line, bad
lines, statistics at the edges of their ranges), with changes. OUT's name decides between MODIS and VIIRS variables.
"""

import os
import sys

import netCDF4
import numpy as np

NAN = float("nan")
FLAGS = [[0, 2, 6, 4, 0, 1], [3, 0, 0, 2, -2147483646, 0], [512, 514, 0, 0, 0, 0], [0, 0, 0, 0, 2, 0]]
LON = [[179.5, 179.7, 179.9, -179.9, -179.7, -179.5], [-999] * 6, [10, 10.2, 10.4, 10.6, 10.8, 11],
       [-179.8, -179.9, 179.9, 179.8, 179.7, 179.6]]
LAT = [[1, 1.1, 1.2, 1.3, 1.4, 1.5], [1.6, 1.7, 1.8, 1.9, 2, 2.1], [2.2, 2.3, 2.4, 2.5, 2.6, 2.7],
       [2.8, NAN, 3, 3.1, 3.2, 3.3]]
SST = [[5000, 5001, -32767, -400, 0, 6000], [4000, 4010, 4020, 4030, 4040, 4050], [-32767, 100, 200, 300, 400, 500],
       [1, 2, 3, 4, 5, 6]]
MSEC = [43200500, 43201499, 43202500, 43206999]
BIAS = [[0, 31, -32767, -31, 32, -32], [63, -63, 100, -100, 200, -200], [50, 4000, -4000, 4031, 4032, 5000],
        [-32767, 2000, -2000, 1, -1, 40]]
STDV = [[0, 1, -32767, 16, 32, 40], [100, 200, 400, 1000, 2000, 2016], [50, 4000, 3999, 4016, 2001, 2015],
        [-32767, 60, 80, 120, 160, 240]]
QUAL = [[0, 1, 4, 2, 3, 4], [0, 0, 1, 1, 2, 2], [4, 3, 2, 1, 0, 5], [-1, 0, 0, 0, 0, 0]]
NIGHT = [row[:] for row in SST]
NIGHT[2][0] = 120
NIGHT[3][5] = -32767

GLOBALS = {
    "Number_of_Scan_Lines": np.int32(4), "Pixels_per_Scan_Line": np.int32(6), "Start_Year": np.int32(2024),
    "Start_Day": np.int32(60), "Start_Millisec": np.int32(43200500), "End_Year": np.int32(2024),
    "End_Day": np.int32(60), "End_Millisec": np.int32(43559999), "Northernmost_Latitude": np.float32(12.345678),
    "Southernmost_Latitude": np.float32(-7.6543211), "Easternmost_Longitude": np.float32(-179.12345),
    "Westernmost_Longitude": np.float32(179.50001), "Start_Time": "2024060120000", "End_Time": "2024060120559",
    "Sensor_Name": "", "Start_Node": "Ascending", "End_Node": "Ascending", "Day_or_Night": "Night",
}
PACKED = {"_FillValue": np.int16(-32767), "valid_min": np.int16(-1000), "valid_max": np.int16(10000),
          "scale_factor": np.float32(0.005), "add_offset": np.float32(0)}
PLACE = {"_FillValue": np.float32(-999)}


def variables(night):
    return [("l2_flags", "i4", FLAGS, {}), ("longitude", "f4", LON, PLACE), ("latitude", "f4", LAT, PLACE),
            ("sst", "i2", SST, PACKED), ("msec", "i4", MSEC, {}), ("bias_sst", "i2", BIAS, PACKED),
            ("stdv_sst", "i2", STDV, PACKED), ("qual_sst", "i1", QUAL, {}), (night, "i2", NIGHT, PACKED),
            ("bias_" + night, "i2", BIAS[::-1], PACKED), ("stdv_" + night, "i2", STDV[::-1], PACKED),
            ("qual_" + night, "i1", QUAL[::-1], {})]


def value(text):
    for convert in (lambda t: np.int32(int(t)), lambda t: np.float64(t[:-1]) if t.endswith("d") else 1 / 0,
                    lambda t: np.float32(float(t))):
        try:
            return convert(text)
        except (ValueError, ZeroDivisionError):
            pass
    return text


def main():
    out, changes = sys.argv[1], sys.argv[2:]
    name = os.path.basename(out).replace("refined_", "")
    modis = name[0] in "AT"
    dropped = [c[1:] for c in changes if c.startswith("-")]
    changed = dict(c.split("=", 1) for c in changes if "=" in c)
    attributes = dict(GLOBALS, Sensor_Name="MODIS" if modis else "VIIRS")
    attributes.update((k, v if isinstance(attributes.get(k), str) else value(v))
                      for k, v in changed.items() if ":" not in k)
    with netCDF4.Dataset(out, "w") as f:
        for n, size in (("time", 1), ("nj", 4), ("ni", 6)):
            f.createDimension(n, size)
        for k, v in attributes.items():
            if k in dropped:
                continue
            if isinstance(v, str):
                f.setncattr_string(k, v)
            else:
                f.setncattr(k, v)
        for n, kind, data, packing in variables("sst4" if modis else "sst_triple"):
            if n in dropped:
                continue
            packing = {k: v for k, v in packing.items() if f"{n}:{k}" not in dropped}
            packing.update((k.split(":")[1], value(v)) for k, v in changed.items() if k.startswith(n + ":"))
            dims = ("time", "nj", "ni")[:np.ndim(data) + 1]
            v = f.createVariable(n, kind, dims, fill_value=packing.get("_FillValue"))
            v.set_auto_maskandscale(False)
            v.setncatts({k: x for k, x in packing.items() if k != "_FillValue"})
            v[:] = np.array([data]).astype(kind)


main()
