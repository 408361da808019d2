#!/bin/sh
# partition on a real Slurm, from a list to delivered granules: a file that cannot be fetched costs its element only.
. "${0%/*}/lib.sh"
. "$top/tests/slurm.sh"
need "$python" py:netCDF4

slurm_start MinJobAge=3600
SOURCE_DATE_EPOCH=1700000000
GENERATE_TOKENS=aqua=3,floating=1
export SOURCE_DATE_EPOCH GENERATE_TOKENS
mkdir obpg
for t in 001001 001501 002001 002501 003001; do
	mkgranule -o obpg -d aqua --flag night --time "20240105T$t" --lines 16 --pixels 24 --nrt >/dev/null
done
serve obpg
(cd obpg && sha1sum -- *.nc) | awk -v url="$URL/cgi/getfile" '{ print url "/" $2, $1 }' >list
rm obpg/AQUA_MODIS.20240105T001501.L2.SST.NRT.nc

# What is built in, but a downloader that fails at once when a file does.
cat >config.py <<'!'
import json
tail = ['--root', '{root}', '-d', 'aqua', '-t', '{ptype}', '--job', '{input_path}']
commands = {
    'downloader_aqua_quicklook': ['--strict', '--retries', '0', *tail[:4], *tail[6:]],
    'combiner_aqua_quicklook': tail,
    'processor_aqua_quicklook': tail,
    'uploader_aqua_quicklook': ['--to', '{to}', '--announce', '{announce}', *tail],
    'license_returner_aqua': [*tail[:6], '--tokens', '{pool}', '{unique_id}'],
}
print(json.dumps({k: {'cpu': 1, 'memory': 100, 'command': v} for k, v in commands.items()}))
!
"$python" config.py >config.json

# delivered - times of the granules in the store, and of the messages
delivered() {
	for d in store/aqua topic; do
		find "$d" -type f ! -name '*.md5' | sed 's|.*/20240105||; s/-.*//' | sort | paste -sd ' ' -
	done
}

run partition --engine slurm:test --root tree --to store --announce topic --config config.json --batch-size 1 --arrays 2 \
	--uid 8720 list
is "$status" 0 'five granules go to Slurm'
plan=$(printf '%s\n' "$stdout" | sed -n 's/^plan	//p')
is "$(printf '%s\n' "$stdout" | grep -c '^job	.*	[0-9]*$')" 9 '... as two chains and the return of their tokens'
like "$(license-returner --root tree --status)" '^aqua-8720-ql .*slurm' 'the jobs hold the tokens'
slurm_idle 50
ok $? 'all jobs end'
is "$(delivered)" '001001 002001 002501 003001
001001 002001 002501 003001' 'the granules of the good elements are delivered, the other one is not'
find store -name '*.nc' | while read -r f; do
	[ "$(cat "$f.md5")" = "$(md5 "$f")  ${f##*/}" ] || echo "$f"
done >wrong
is "$(cat wrong)" '' '... with their checksums'
squeue -h -r -t all -o '%j_%K %T' | sed 's/^generate-aqua-quicklook-//; s/-8720_/ /' | grep -v ' COMPLETED$' | sort >bad
is "$(cut -d ' ' -f 1,2 bad | paste -sd , -)" 'combiner-1 0,downloader-1 0,processor-1 0,uploader-1 0' \
	'nothing else has failed or is left'
like "$(cat tree/partition/logs/*-downloader-1-8720-*_0.log)" '20240105T001501.L2.SST.NRT.nc: HTTP 404' 'its log names the file'
pool=$(license-returner --root tree --status)
like "$pool" '^aqua  *3  *3  *0$' 'the tokens are back'
like "$pool" '^floating  *1  *1  *0$' '... and the floating one'
unlike "$pool" 8720 '... of all reservations'

jobs=$(squeue -h -t all -o %F | sort -u | wc -l)
run partition --resume "$plan"
is "$status $(squeue -h -t all -o %F | sort -u | wc -l)" "0 $jobs" 'resuming the plan submits nothing'

run partition --engine slurm:nosuch --root tree --pending pending list
is "$status $(find pending -type f ! -name '.*' | wc -l | tr -d ' ')" '3 1' 'no such partition: the lists go to the pending queue'
like "$stderr" 'partition: sbatch: invalid partition specified: nosuch' '... the reason is named'
like "$(license-returner --root tree --status)" '^aqua  *3  *3  *0$' '... and no token is held'
slurm_stop
done_testing
