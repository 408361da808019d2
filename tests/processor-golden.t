#!/bin/sh
# processor --compat, and the chain combiner | processor, against what the reference system makes of the same files
. "${0%/*}/lib.sh"
need py:netCDF4 py:h5py
diff=$top/tests/ncdiff.py

# Lines "combined combined-name l2p l2p-name type" of a case.
outputs() {
	"$python" -c '
import json, sys
j = json.load(open(sys.argv[1]))
for o in j["outputs"]:
    print(o["combined"], o["combined_name"], o["l2p"], o["l2p_name"], j["processing_type"].lower())
' "$1/case.json"
}

# join_masks GRANULE COPY - positions in one mask: where lat or lon is missing both are, and ocean colour with them
join_masks() {
	cp "$1" "$2"
	"$python" - "$2" <<'!'
import sys, netCDF4
with netCDF4.Dataset(sys.argv[1], "a") as d:
    d.set_auto_maskandscale(False)
    lat, lon = d["lat"], d["lon"]
    bad = (lat[:] == lat._FillValue) | (lon[:] == lon._FillValue)
    assert (bad != (lat[:] == lat._FillValue)).any() and (bad != (lon[:] == lon._FillValue)).any()
    for name in "lat", "lon", "chlorophyll_a", "K_490":
        v = d[name]
        a = v[:]
        a[bad if a.ndim == 2 else bad[None]] = v._FillValue
        v[:] = a
!
}

for case in "$top"/tests/golden/*/; do
	case=${case%/} name=${case##*/}
	mkdir "$name"
	outputs "$case" >list
	while read -r combined combined_name l2p l2p_name type; do
		cp "$case/$combined" "$name/$combined_name"
		run processor --compat -t "$type" -o "$name/compat" "$name/$combined_name"
		is "$status $stdout" "0 $name/compat/$l2p_name" "$name: $combined_name"
		run "$python" "$diff" "$case/$l2p" "$name/compat/$l2p_name"
		is "$status" 0 "$name: $l2p is the same"
		run processor -t "$type" -o "$name/mended" "$name/$combined_name"
		case $name in
		aqua-day-badlines) join_masks "$case/$l2p" "$name/joined.nc"; want=$name/joined.nc ;;
		*) want=$case/$l2p ;;
		esac
		run "$python" "$diff" --any-filter "$want" "$name/mended/$l2p_name"
		is "$status" 0 "$name: mended, $l2p differs by no more than shuffle"
		combiner -q --compat -w 0 -t "$type" -o "$name/combined" "$case"/input/*.nc |
			processor -q --compat -o "$name/chain" >"$name/chain.list"
		run "$python" "$diff" "$case/$l2p" "$name/chain/$l2p_name"
		is "$status" 0 "$name: $l2p is the same from the Level-2 files on"
	done <list
done
done_testing
