#!/bin/sh
# ncdiff.py, by which conversions are judged, sees every kind of difference there is between two files
. "${0%/*}/lib.sh"
need py:netCDF4 py:h5py

cat >make.py <<'!'
"""make.py - reference.nc, and for every line of standard input a file of that name with one thing changed"""
import sys
import netCDF4
import numpy as np

def pick(name, usual, other):
    return other if change == name else usual

for change in ['', *sys.stdin.read().splitlines()]:
    f = netCDF4.Dataset((change or 'reference') + '.nc', 'w', format=pick('format', 'NETCDF4', 'NETCDF4_CLASSIC'))
    if change == 'group':
        f.createGroup('g')
    f.createDimension('nj', 3)
    f.createDimension('ni', pick('size', 2, 4))
    f.createDimension('time', pick('unlimited', 1, None))
    for name, value in pick('order', [('title', 'a'), ('platform', 'b')], [('platform', 'b'), ('title', 'a')]):
        (f.setncattr_string if change == 'string' and name == 'title' else f.setncattr)(name, value)
    f.date_created = pick('bad date', pick('date', '20240101T000000Z', '20250101T000000Z'), 'today')
    f.history = pick('history', 'short', 'a longer one')
    kind, fill = pick('type', pick('endian', ('<f4', np.float32(-1)), ('>f4', np.float32(-1))), ('<f8', np.float64(-1)))
    v = f.createVariable('sst', kind, pick('dimensions', ('nj', 'ni'), ('nj',)), zlib=True, fill_value=fill,
                         complevel=pick('deflate', 5, 4), shuffle=change == 'shuffle', endian=pick('endian', 'little', 'big'),
                         chunksizes=pick('dimensions', pick('chunks', (3, 2), (1, 2)), (3,)))
    v.set_auto_maskandscale(False)
    data = np.arange(12, dtype=kind)[:v.size].reshape(v.shape)
    if change == 'value':
        data[2, 1] = np.nextafter(data[2, 1], np.float32(100))
    if change == 'zero':
        data[0, 0] = np.float32('-0.0')
    v[:] = data
    v.level = pick('attribute type', pick('attribute', np.int16(1), np.int16(2)), np.int32(1))
    if change != 'missing':
        v.units = pick('text', 'kelvin', 'celsius')
    if change == 'more':
        f.createVariable('lat', 'f4', ('nj', 'ni'))
    f.close()
!

# what is no difference, and what is one: the change, and what is said of it
cat >same <<'!'
no change
date
history
!
cat >different <<'!'
format|format: 'NETCDF4_CLASSIC', reference 'NETCDF4'
group|groups: 
size|dimension ni: 
unlimited|dimension time: 
order|attributes of the file: \['platform', 'title', 
string|:title: type: 'string', reference '1 characters'
bad date|:date_created: 'today'
type|sst: type: 
dimensions|sst: dimensions: 
deflate|sst: filters: 
shuffle|sst: filters: 
endian|sst: byte order: 
chunks|sst: chunks: 
value|sst: 1 of 6 values, the first at \[2, 1\]: 5.0+[1-9].*, reference 5\.0
zero|sst: 1 of 6 values, the first at \[0, 0\]: -0\.0, reference 0\.0
attribute|sst:level: 2, reference 1
attribute type|sst:level: type: 
missing|attributes of sst: 
text|sst:units: type: 
more|variables: 
!
cut -d '|' -f 1 same different | "$python" make.py 2>make.err

# compare CHANGE [OPTION...]
compare() {
	file=$1.nc
	shift
	run "$python" "$top/tests/ncdiff.py" "$@" reference.nc "$file"
}
while read -r change; do
	compare "$change"
	is "$status $stderr" '0 ' "same: $change"
done <same
while IFS='|' read -r change message; do
	compare "$change"
	is "$status" 1 "different: $change"
	like "$stderr" "^$change.nc: $message" '... and it says where'
done <different
compare shuffle --any-filter
is "$status" 0 '--any-filter: shuffling is no difference'
compare text --ignore-attr units
is "$status" 0 '--ignore-attr: nor is that attribute'
done_testing
