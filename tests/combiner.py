"""combiner.py - what the combiner's tests do to netCDF files

combiner.py edit FILE CODE	run CODE with the open file as d, its groups as geo, nav, scan; FILE is made anew, with
				dimensions and variables changed by resize(lines, pixels), drop(name), retype(name, type),
				rename(name, new)
combiner.py data OUT IN...	compare the data of a combined file bit by bit with those of its inputs
combiner.py readers FILE	read FILE with netCDF4 and with h5py and compare the two
combiner.py atts FILE		its global attributes, one a line
combiner.py var FILE NAME	a variable's attributes and values, one a line
"""

import os
import sys

import netCDF4
import numpy as np

RENAMED = {"K_490": "Kd_490"}
GROUPS = ("geophysical_data", "navigation_data", "scan_line_attributes")


def raw(path, mode="r"):
    d = netCDF4.Dataset(path, mode)
    d.set_auto_maskandscale(False)
    return d


class Change:
    """How the copy differs from the original."""

    def __init__(self):
        self.size = {}
        self.dropped = set()
        self.types = {}
        self.names = {}

    def resize(self, lines, pixels):
        self.size = {"number_of_lines": lines, "pixels_per_line": pixels, "pixel_control_points": pixels}

    def drop(self, name):
        self.dropped.add(name)

    def retype(self, name, kind):
        self.types[name] = kind

    def rename(self, name, new):
        self.names[name] = new


def copy_group(src, dst, change):
    for name in src.ncattrs():
        if name not in change.dropped:
            dst.setncattr(name, src.getncattr(name))
    for name, dim in src.dimensions.items():
        dst.createDimension(name, change.size.get(name, len(dim)))
    for name, v in src.variables.items():
        if name in change.dropped:
            continue
        kind = change.types.get(name, v.dtype)
        fill = v.getncattr("_FillValue") if "_FillValue" in v.ncattrs() else None
        new = dst.createVariable(change.names.get(name, name), kind, v.dimensions, fill_value=None if fill is None else np.array(fill, kind))
        new.set_auto_maskandscale(False)
        new.setncatts({a: v.getncattr(a) for a in v.ncattrs() if a != "_FillValue"})
        values = v[:]
        for axis, n in enumerate(new.shape):
            if n <= values.shape[axis]:
                values = np.take(values, range(n), axis)
            else:
                pad = [(0, n - values.shape[axis] if i == axis else 0) for i in range(values.ndim)]
                values = np.pad(values, pad, mode="edge")
        new[:] = values
    for name, group in src.groups.items():
        if name not in change.dropped:
            copy_group(group, dst.createGroup(name), change)


def rewrite(path, change):
    src, dst = raw(path), raw(path + ".new", "w")
    copy_group(src, dst, change)
    src.close()
    dst.close()
    os.rename(path + ".new", path)


def edit(path, code):
    change = Change()
    structural = any(word in code for word in ("resize(", "drop(", "retype(", "rename("))
    names = {"np": np, "resize": change.resize, "drop": change.drop, "retype": change.retype,
             "rename": change.rename}
    if structural:
        exec(code, names)
        rewrite(path, change)
        return
    d = raw(path, "a")
    names.update(d=d, geo=d.groups.get(GROUPS[0]), nav=d.groups.get(GROUPS[1]), scan=d.groups.get(GROUPS[2]))
    exec(code, names)
    d.close()


def find(files, name):
    for d in files:
        for g in GROUPS:
            if g in d.groups and name in d[g].variables:
                return d[g][name]
    return None


def data(out, *inputs):
    o, files = raw(out), [raw(p) for p in sorted(inputs, key=lambda p: "SST." not in p)]
    for name, v in o.variables.items():
        source = find(files, RENAMED.get(name, name))
        if source is None or v.shape != (1,) + source.shape or v[:].tobytes() != source[:].tobytes():
            sys.exit(f"{name} differs")
    print(" ".join(o.variables))


def readers(path):
    import h5py

    o, h = raw(path), h5py.File(path, "r")
    for name, v in o.variables.items():
        if h[name].chunks is not None or h[name][...].tobytes() != v[:].tobytes():
            sys.exit(f"{name} differs")
    print(len(o.variables))


def show(value):
    if isinstance(value, str):
        return value
    if value.dtype == np.float32:
        return f"{value:.7g}f"
    return f"{value}{ {'int16': 's', 'int8': 'b', 'int32': ''}[str(value.dtype)] }"


def atts(path):
    o = raw(path)
    for name in o.ncattrs():
        print(f"{name} {show(o.getncattr(name))}")


def var(path, name):
    v = raw(path)[name]
    for att in v.ncattrs():
        print(f"{att} {show(v.getncattr(att))}")
    print(" ".join(str(x) for x in v[:].ravel()))


{"edit": edit, "data": data, "readers": readers, "atts": atts, "var": var}[sys.argv[1]](*sys.argv[2:])
