#!/bin/sh
# The examples of the man pages work: each is run where the files it names are, and prints something
. "${0%/*}/lib.sh"
need "$python" py:netCDF4

# What cannot be run here, and why; nothing else is left out.
not_run() {
	case $1 in
	'downloader -o . AQUA_MODIS.20240105T031001.L2.SST.nc') echo 'a bare name is fetched from OBPG' ;;
	'purger -n --until-free 20%') echo 'whether anything goes depends on the disk' ;;
	esac
}

# Examples whose output goes elsewhere: the file or directory that must be there instead.
result_of() {
	case $1 in
	*'> /dev/null') echo queue ;;
	esac
}

# examples PAGE - its examples, an indented line or a block each, in files 1, 2, ... of directory PAGE
examples() {
	mkdir -p "pages/$1"
	awk -v dir="pages/$1" '
		function put(s) {
			gsub(/\\\(dq/, "\"", s)
			gsub(/\\e/, "\\", s)
			sub(/^[$] /, "", s)
			print s >(dir "/" n)
		}
		/^[.]Sh / { here = $2 == "EXAMPLES" }
		!here { next }
		/^[.]Bd -literal/ { block = 1; n++; next }
		/^[.]Ed/ { block = 0 }
		block { put($0) }
		/^[.]Dl / { n++; put(substr($0, 5)) }' "$top/man/$1"
	find "pages/$1" -type f | sort -V
}

# --- stand-ins: the archive, a Slurm that takes every job, dlc that asks the archive

mkdir -p obpg nrt archive bin
small='--lines 40 --pixels 60'
# shellcheck disable=SC2086
{
	mkgranule -d aqua --flag night --time 20240105T031001 $small -o obpg
	mkgranule -d jpss1 --flag day --time 20240608T194800 --seed 2 $small -o obpg
	mkgranule -d viirs --flag night --time 20240608T200001 --seed 3 $small -o obpg
	mkgranule -d terra --flag night --time 20100302T104500 --seed 4 $small -o obpg
	mkgranule -d aqua --flag night --time 20240305T174001 --seed 5 --nrt $small -o nrt
} >/dev/null
ln obpg/* nrt/* archive/
background "$python" "$top/tests/obpg.py" archive port requests
wait_for test -s port || give_up 'the server did not start'
url=http://127.0.0.1:$(cat port)

# Programs note how they ended: a pipeline only tells about the last one.
for p in combiner dlc downloader license-returner partition processor purger uploader; do
	extra=
	[ "$p" != dlc ] || extra="--search-url $url/api/file_search"
	cat >"bin/$p" <<-!
	#!/bin/sh
	"$BINDIR/$p" $extra "\$@" || { s=\$?; echo "$p: \$s" >>"$work/ends"; exit \$s; }
	!
done
cat >bin/sbatch <<-!
#!/bin/sh
cat >/dev/null
echo job >>"$work/jobs"
grep -c . "$work/jobs"
!
printf '#!/bin/sh\necho "Configuration data"; echo "MaxArraySize            = 1001"\n' >bin/scontrol
printf '#!/bin/sh\n' | tee bin/squeue bin/sacct >bin/scancel
chmod +x bin/*
PATH=$work/bin:$PATH

# --- the files that examples name, made once

mkdir have have/refined have/lists
(cd archive && sha1sum -- *.nc) | awk -v url="$url/cgi/getfile" '{ print url "/" $2, $1 }' >all
grep 'AQUA.*20240105' all | tee have/list.txt >have/failed.txt
(cd archive && sha1sum -- SNPP*) >have/answer.txt
grep TERRA all >have/refined/2010.txt
cp -a obpg/AQUA_MODIS.20240105T031001.L2.SST.nc have
mkdir have/downloads
cp -a obpg/AQUA_MODIS.20240105T031001.* have/downloads
combiner -q -t quicklook -o have have/downloads/* >/dev/null
combiner -q -t refined -o have have/downloads/* >/dev/null
echo A20240105T031001.LAC_GSSTN.nc >have/combined.txt
processor -q -o have/granules have/A20240105T031001.LAC_GSSTN.nc >/dev/null
(cd have && find granules -name '*.nc') >have/granules.txt
job=AQUA_quicklook_2024_01_05_17_40_02_0_3f9a0c77
grep NRT all >have/lists/aqua_quicklook.txt
echo '["aqua_quicklook.txt"]' >"have/lists/downloads_file_lists_$job.json"
job=AQUA_quicklook_2024_03_05_17_40_02_0_8720
echo '[["AQUA_MODIS.20240105T031001.L2.SST.nc"],
  ["AQUA_MODIS.20240305T174001.L2.SST.nc", "AQUA_MODIS.20240305T174001.L2.SST4.nc"]]' \
	>"have/combiner_file_lists_$job.json"
mkdir tree
downloader -q --root tree <have/lists/aqua_quicklook.txt >/dev/null
partition -q -e none --root tree -d aqua --time 2024_01_02_03_04_05 --uid 1f2e3d4c have/list.txt >/dev/null
printf '%s/cgi/getfile/TERRA_MODIS.20240101T031001.L2.SST.NRT.nc %040d\n' "$url" 0 |
	partition -q -e slurm --root tree -d terra --uid 1f2e3d4c >/dev/null
TOKENTOOL_MORTAL=1 tokentool tree/tokens acquire terra 2 >/dev/null
mkdir -p tree/downloader/logs
touch -d '10 days ago' tree/downloader/logs/error-1111.txt
[ ! -e ends ] || give_up "making the files: $(cat ends)"

# run_example FILE - run it where the files it names are
run_example() {
	rm -rf here ends
	mkdir here
	for f in have/*; do
		! grep -Eq "(^|[ /])${f#have/}" "$1" || cp -a "$f" here
	done
	! grep -Eq -e '--job|--resume|license-returner|purger' "$1" || cp -a tree here/generate-data
	run sh -c "cd here && . '$work/$1'" </dev/null
}

# --- each example

for page in $(cd "$top/man" && ls -- *.[17]); do
	list=$(examples "$page")
	[ -n "$list" ]
	ok $? "$page has examples"
	for e in $list; do
		text=$(cat "$e")
		name="$page: $(sed 's/ *\\$//' "$e" | paste -sd ' ' | tr -s ' \t' ' ')"
		reason=$(not_run "$text")
		for tool in column jq; do
			! grep -Eq "[|] $tool\\b" "$e" || command -v "$tool" >/dev/null || reason="$tool is missing"
		done
		if [ -n "$reason" ]; then
			skip 1 "$name: $reason"
			continue
		fi
		run_example "$e"
		is "$status $(cat ends 2>/dev/null)" '0 ' "$name"
		result=$(result_of "$text")
		if [ -n "$result" ]; then
			[ -n "$(ls "here/$result")" ]
		else
			[ -n "$stdout" ]
		fi
		ok $? '... has a result'
	done
done
done_testing
