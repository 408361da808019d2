"""ncdiff.py [OPTION...] REFERENCE FILE - are two combined files or two granules the same? Status 0, or 1 with what differs

Compared are dimensions, variables and attributes with their order, types and values, the stored data bit for bit, chunks,
filters and byte order. Of date_created, history and uuid only the type and the form.

--ignore-attr NAME   leave that attribute out, wherever it is
--any-filter         leave compression and shuffling out
"""

import argparse
import re

import h5py
import netCDF4
import numpy as np

FORMS = {"date_created": r"\d{8}T\d{6}Z", "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "history": r"(?s).+"}


def short(value):
    text = repr(value.tolist() if hasattr(value, "tolist") else value)
    return text if len(text) <= 120 else text[:117] + "..."


class Diff:
    def __init__(self, options):
        self.options = options
        self.found = []

    def same(self, what, reference, value):
        if reference != value:
            self.found.append(f"{what}: {short(value)}, reference {short(reference)}")
        return reference == value

    def names(self, what, reference, names):
        """The names that both have; a difference of order is one too."""
        self.same(what, list(reference), list(names))
        return [n for n in reference if n in names]

    def attributes(self, of, reference, file):
        def names(place):
            return [n for n in place.netcdf.ncattrs() if n not in self.options.ignore_attr]

        for name in self.names(f"attributes of {of or 'the file'}", names(reference), names(file)):
            what = f"{of}:{name}"
            loose = not of and name in FORMS
            if not self.same(what + ": type", reference.type(name, loose), file.type(name, loose)):
                continue
            a, b = reference.netcdf.getncattr(name), file.netcdf.getncattr(name)
            if loose:
                if not re.fullmatch(FORMS[name], b):
                    self.found.append(f"{what}: {b!r}")
            elif isinstance(a, str):
                self.same(what, a, b)
            elif np.asarray(a).tobytes() != np.asarray(b).tobytes():
                self.found.append(f"{what}: {short(b)}, reference {short(a)}")

    def variable(self, name, reference, file):
        a, b = reference.netcdf, file.netcdf
        self.same(f"{name}: dimensions", a.dimensions, b.dimensions)
        self.same(f"{name}: chunks", a.chunking(), b.chunking())
        self.same(f"{name}: byte order", a.endian(), b.endian())
        if not self.options.any_filter:
            self.same(f"{name}: filters", a.filters(), b.filters())
        self.attributes(name, reference, file)
        if not self.same(f"{name}: type", a.dtype, b.dtype) or not self.same(f"{name}: shape", a.shape, b.shape):
            return
        x, y = np.asarray(a[:]).reshape(-1), np.asarray(b[:]).reshape(-1)
        bits = f"u{a.dtype.itemsize}"
        differ = np.flatnonzero(x.view(bits) != y.view(bits))
        if differ.size:
            first = differ[0]
            self.found.append(f"{name}: {differ.size} of {x.size} values, the first at "
                              f"{[int(i) for i in np.unravel_index(first, a.shape)]}: {y[first]}, reference {x[first]}")

    def files(self, reference, file):
        a, b = reference.netcdf, file.netcdf
        self.same("format", a.data_model, b.data_model)
        self.same("groups", list(a.groups), list(b.groups))
        for name in self.names("dimensions", a.dimensions, b.dimensions):
            x, y = a.dimensions[name], b.dimensions[name]
            self.same(f"dimension {name}", (len(x), x.isunlimited()), (len(y), y.isunlimited()))
        self.attributes("", reference, file)
        for name in self.names("variables", a.variables, b.variables):
            self.variable(name, reference.variable(name), file.variable(name))


class Place:
    """A file, or one of its variables, for both libraries: netCDF4 does not tell NC_CHAR from NC_STRING, h5py does."""

    def __init__(self, netcdf, hdf5):
        self.netcdf, self.hdf5 = netcdf, hdf5

    def variable(self, name):
        return Place(self.netcdf.variables[name], self.hdf5[name])

    def type(self, name, any_length):
        dtype = self.hdf5.attrs.get_id(name).dtype
        text = h5py.check_string_dtype(dtype)
        if text is None:
            return f"{dtype}, {np.size(self.netcdf.getncattr(name))} values"
        if text.length is None:
            return "string"
        return "characters" if any_length else f"{text.length} characters"


def opened(path):
    netcdf = netCDF4.Dataset(path)
    netcdf.set_auto_maskandscale(False)
    netcdf.set_auto_chartostring(False)
    return Place(netcdf, h5py.File(path, "r"))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--ignore-attr", action="append", default=[])
    parser.add_argument("--any-filter", action="store_true")
    parser.add_argument("reference")
    parser.add_argument("file")
    options = parser.parse_args()
    diff = Diff(options)
    diff.files(opened(options.reference), opened(options.file))
    if diff.found:
        raise SystemExit("\n".join(f"{options.file}: {line}" for line in diff.found))


main()
