#!/bin/sh
# combiner --compat against what the reference system makes of the same files
. "${0%/*}/lib.sh"
need py:netCDF4 py:h5py
diff=$top/tests/ncdiff.py

# Lines "combined type name" of a case.
outputs() {
	"$python" -c '
import json, sys
j = json.load(open(sys.argv[1]))
refined = j["processing_type"] == "REFINED"
for o in j["outputs"]:
    print(o["combined"], j["processing_type"].lower(), ("refined_" if refined else "") + o["combined_name"].replace("refined_", ""))
' "$1/case.json"
}

for case in "$top"/tests/golden/*/; do
	case=${case%/} name=${case##*/}
	outputs "$case" >list
	type=$(cut -d ' ' -f 2 list | head -n 1)
	for mode in --compat --force; do
		run combiner $mode -w 0 -t "$type" -o "$name$mode" "$case"/input/*.nc
		is "$status $(printf '%s\n' "$stdout" | sort)" "0 $(sed "s,.* ,$name$mode/," list | sort)" "$name $mode"
		while read -r combined _ file; do
			if [ $mode = --compat ]; then
				run "$python" "$diff" "$case/$combined" "$name$mode/$file"
				is "$status" 0 "$name: $file is the same"
			else
				run "$python" "$diff" --ignore-attr Platform "$case/$combined" "$name$mode/$file"
				is "$status" 0 "$name: $file differs by no more than Platform"
			fi
		done <list
	done
done
done_testing
