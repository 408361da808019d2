#!/bin/sh
# records: what --json prints begins alike in every program, and holds any name
. "${0%/*}/lib.sh"
need "$python" py:netCDF4 py:h5py

# One reader for all of them: lines of "states | base names of inputs | of outputs", or what is wrong.
cat >reader.py <<'!'
import json, numbers, sys
first = ["inputs", "outputs", "state", "reason", "seconds", "bytes"]
names = lambda l: " ".join(n.split()[0].rsplit("/", 1)[-1] for n in l)
for line in open(sys.argv[1], "rb"):
    o = json.loads(line.decode("utf-8"))
    assert list(o)[:6] == first, list(o)
    assert all(isinstance(n, str) for l in (o["inputs"], o["outputs"]) for n in l), o
    assert o["state"] in ("done", "skipped", "failed", "waiting", "quarantined"), o["state"]
    assert o["reason"] is None or isinstance(o["reason"], str) and o["reason"], o["reason"]
    assert (o["reason"] is not None) or o["state"] not in ("failed", "quarantined"), o
    assert isinstance(o["seconds"], numbers.Real) and o["seconds"] >= 0, o["seconds"]
    assert type(o["bytes"]) is int and o["bytes"] >= 0, o["bytes"]
    print(o["state"], "|", names(o["inputs"]), "|", names(o["outputs"]))
!

# records PROGRAM ... - run it with --json, its records read into $records
records() {
	run "$@" --json
	records=$("$python" reader.py "$run_out" 2>&1)
}

odd='q"\ü'
bad=$(printf 'bad"\\\377.nc')
sst=AQUA_MODIS.20240105T031001.L2.SST.nc
mkdir obpg "$odd"
mkgranule -o obpg -d aqua --flag night --time 20240105T031001 --lines 40 --pixels 60 >/dev/null
serve obpg
line="$URL/$sst $(sha1 obpg/$sst)"

records downloader -o "$odd" "$line" "$URL/cgi/getfile/$odd"
is "$status" 1 'downloader'
like "$records" "^done [|] $sst [|] $sst\$" '... a file'
like "$records" '^failed [|] .* [|] $' '... a failure'
records downloader -o "$odd" "$line"
is "$status:$records" "0:skipped | $sst | $sst" '... one that is there'

cp obpg/*.SST4.nc "$odd"
records combiner -o "$odd" "$odd/$sst" "$odd/$bad"
is "$status" 1 'combiner'
combined=A20240105T031001.LAC_GSSTN.nc
refined=refined_$combined
[ -e "$odd/$combined" ] || combined=$refined
like "$records" "^done [|] $sst AQUA_MODIS.20240105T031001.L2.SST4.nc [|] $combined\$" '... a granule'
like "$records" '^failed [|] bad"' '... a failure'
records combiner -o "$odd" "$odd/$sst"
like "$records" "^skipped [|] $sst .* [|] $combined\$" '... one that is up to date'
cp "$odd/$sst" wait.nc
mkdir wait && mv wait.nc "wait/$sst"
records combiner --root tree -w 100000 "wait/$sst"
is "$status" 0 '... one that waits'
like "$records" "^waiting [|] $sst [|] \$" '... says so'

l2p=20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc
records processor -o "$odd" "$odd/$combined" "$odd/$bad"
is "$status" 1 'processor'
like "$records" "^done [|] $combined [|] $l2p\$" '... a granule'
like "$records" '^failed [|] bad"' '... a failure'
records processor -o "$odd" "$odd/$combined"
is "$status:$records" "0:skipped | $combined | $l2p" '... one that is there'
echo junk >"$combined"
records processor --quarantine "$odd/q" -o "$odd" --force "$combined"
like "$records" "^quarantined [|] $combined [|] \$" '... one that goes to quarantine'

records uploader --to "$odd/store" --announce "$odd/topic" "$odd/$l2p" "$odd/$bad"
is "$status" 1 'uploader'
like "$records" "^done [|] $l2p $l2p.md5 [|] .*$l2p.md5\$" '... a granule'
like "$records" '^failed [|] bad"' '... a failure'
records uploader --to "$odd/store" --announce "$odd/topic" "$odd/$l2p"
like "$records" "^skipped [|] $l2p $l2p.md5 [|] " '... one that is there'

printf '%s %s\n' "$sst" "$(sha1 obpg/$sst)" >"$odd/list"
records dlc -d aqua --from-file "$odd/list" --state "$odd/state"
is "$status" 0 'dlc'
like "$records" "^done [|] .*[|] .*$sst" '... a file that is new'

records partition --root "$odd/tree" --engine none <"$odd/list"
is "$status" 0 'partition'
like "$records" '^done [|] ' '... jobs'

records license-returner --root "$odd/tree" -d aqua --all "$odd" 00000001
is "$status" 1 'license-returner'
like "$records" '^failed [|] q"' '... an id that is none'
like "$records" '^skipped [|] 00000001 [|] $' '... one that holds nothing'

mkdir "$odd/old"
echo x >"$odd/old/$bad"
cat >"$odd/rules" <<'!'
{"test": {"old": {"path": "old", "threshold": 0, "glob_ops": ["*"], "action": "delete"}}}
!
records purger --root "$odd" --config "$odd/rules"
is "$status" 0 'purger'
like "$records" '^done [|] bad"' '... a file that is removed'

# What is no file stays what it is.
mkfifo pipe
run license-returner --tokens none: -d aqua --all --failed pipe nonsense
is "$status $stderr" "2 license-returner: pipe: not the name of a file" '--failed and a pipe'
ok "$(test -p pipe; echo $?)" '... which stays one'
run license-returner --tokens none: -d aqua --all --failed '' nonsense
is "$status $stderr" "2 license-returner: '': not the name of a file" '... and an empty name'

mkdir dir
run license-returner --tokens none: -d aqua --all --failed dir nonsense
is "$status $stderr" "2 license-returner: dir: a directory" '... and a directory'

# What comes with a message or from the environment is one line of the log.
GENERATE_JOB_ID=$(printf 'a\nx : final_log: \033[31m') run license-returner --tokens none: -d aqua --all --final-log 00000001
like "$stderr" '^return_license - INFO : Job identifier: a x : final_log: [?]\[31m$' 'a log line is a line'

done_testing
