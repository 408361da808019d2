#!/bin/sh
# combiner and processor: files made to harm. Each is a failed item named with its reason, and the next granule is made
. "${0%/*}/lib.sh"
need py:h5py py:netCDF4

night=AQUA_MODIS.20240105T031001.L2
mkgranule -d aqua -f night -l 60 -p 80 --nrt -o made --time 20240105T031001 >/dev/null
mkgranule -d aqua -f night -l 60 -p 80 --nrt -o good --time 20240105T031501 >/dev/null
combiner -q -o combined made/*.nc good/*.nc >/dev/null
l2=combined/A20240105T031001.LAC_GSSTN.nc

# harm FILE CODE - change an HDF5 file h; sst is the variable of that name, again(dcpl) makes it anew
harm() {
	"$python" - "$@" <<'!'
import sys, h5py, numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t
h = h5py.File(sys.argv[1], "r+")
path = "geophysical_data/sst" if "geophysical_data" in h else "sst"
sst = h[path]
def again(dcpl, data=None, name=path):
    """the variable anew with that creation property list"""
    old, shape = h[path], h[path].shape
    del h[path]
    d = h5d.create(h.id, path.encode(), h5t.STD_I16LE, h5s.create_simple(shape), dcpl=dcpl)
    return h5py.Dataset(d)
def plist():
    return h5p.create(h5p.DATASET_CREATE)
exec(sys.argv[2])
h.close()
!
}

# refused PROGRAM FILE GOOD MESSAGE CODE - a copy of FILE changed by CODE is refused with MESSAGE, GOOD is made
refused() {
	rm -rf in out quarantine
	mkdir in
	cp "$2" in
	[ "$1" = processor ] || cp made/*.SST4.NRT.nc in
	harm "in/${2##*/}" "$5"
	run timeout 60 "$1" -o out --quarantine quarantine "in/${2##*/}" "$3"
	is "$status $(printf '%s\n' "$stdout" | wc -l)" '1 1' "$1: $4: one fails, the other is made"
	like "$stderr" "^$1: in/${2##*/}: .*$4" '... is said'
	is "$(ls quarantine)" "${2##*/}
${2##*/}.reason" '... quarantined'
}

both() {
	refused combiner made/$night.SST.NRT.nc good/AQUA_MODIS.20240105T031501.L2.SST.NRT.nc "$@"
	refused processor $l2 combined/A20240105T031501.LAC_GSSTN.nc "$@"
}

both 'data in another file' 'p = plist(); p.set_external(b"/etc/passwd", 0, h5f.UNLIMITED); again(p)'
both 'another kind than contiguous' 'l = h5py.VirtualLayout(shape=(2,), dtype="i2"); l[:] = h5py.VirtualSource("other.nc", "v", shape=(2,)); h.create_virtual_dataset("v", l)'
both 'a: soft link' 'h["a"] = h5py.SoftLink("/")'
both 'a: link to another file' 'h["a"] = h5py.ExternalLink("other.nc", "/")'
both 'groups too deep' 'h["a"] = h["/"]'
both 'filter 32000' 'h.create_dataset("z", (10, 10), "i2", np.zeros((10, 10), "i2"), compression="lzf")'
both 'chunks of a size' 'h.create_dataset("z", (1, 1), "f4", maxshape=(None, None), chunks=(30000, 30000), compression=9)'
both 'too many objects' 'for i in range(5000): h.create_group("g%d" % i)'

# a chunk larger than chunks are: without filters HDF5 tells one size and reads another
mkdir long
cp made/*.nc long
harm long/$night.SST.NRT.nc '
shape = sst.shape
p = plist(); p.set_chunk(shape); d = again(p)
d.id.write_direct_chunk((0, 0), b"\0" * 1000000)'
run combiner -o long.out long/*.SST.NRT.nc
case $status in
0) is "$stdout" long.out/A20240105T031001.LAC_GSSTN.nc 'a stored chunk that is too long: what belongs to it is read' ;;
*) like "$status $stderr" '^1 combiner: .*sst' 'a stored chunk that is too long: refused' ;;
esac
refused combiner made/$night.SST.NRT.nc good/AQUA_MODIS.20240105T031501.L2.SST.NRT.nc 'chunk of 1000000 bytes' '
shape = sst.shape
p = plist(); p.set_chunk(shape); p.set_deflate(1); d = again(p)
d.id.write_direct_chunk((0, 0), b"\0" * 1000000)'

# a file that crashes a library: four bytes of an ocean colour file
mkgranule -d aqua -f mixed -l 60 -p 80 --nrt -o crash >/dev/null
cp "$top/tests/data/hostile/crash90.nc" crash/AQUA_MODIS.20240105T031001.L2.OC.NRT.nc
run combiner -o crash.out --quarantine crash.bad crash/*.SST.NRT.nc good/*.SST.NRT.nc
is "$status $stdout" '1 crash.out/A20240105T031001.LAC_GSSTN.nc
crash.out/A20240105T031001.LAC_GSSTD.nc
crash.out/A20240105T031501.LAC_GSSTN.nc' 'a crash in the library: the granule is made without the file, the next one too'
is "$(ls crash.bad)" 'AQUA_MODIS.20240105T031001.L2.OC.NRT.nc
AQUA_MODIS.20240105T031001.L2.OC.NRT.nc.reason' '... which is in quarantine'
like "$(cat crash.bad/*.reason)" . '... with the reason'

# a few random changes; tests/mutate.py can make more
run "$python" "$top/tests/mutate.py" combiner 25 1 made/$night.SST.NRT.nc made/$night.SST4.NRT.nc good/AQUA_MODIS.20240105T031501.L2.SST.NRT.nc
is "$status $(printf '%s\n' "$stdout" | wc -l)" '0 1' 'combiner: random changes end no run and give no other data'
run "$python" "$top/tests/mutate.py" processor 25 1 $l2 combined/A20240105T031501.LAC_GSSTN.nc
is "$status $(printf '%s\n' "$stdout" | wc -l)" '0 1' 'processor: nor do they end one'

# a signal reaches a run whose child is busy
mkgranule -d viirs -f night -o big --time 20240105T000000 >/dev/null
mkdir int
combiner -j 1 -o int big/*.SST.nc >int.out 2>&1 &
pid=$!
wait_for test -n "$(find int -name '.*.part')" -o -s int.out
kill -TERM $pid 2>/dev/null
wait $pid
code=$?
case $code in
143) is "$(ls -A int; cat int.out)" '' 'a signal: nothing half made is left' ;;
*) is "$code" 0 'finished before the signal' ;;
esac
done_testing
