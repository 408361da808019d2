#!/bin/sh
# CNM messages next to the published schema: its samples, the uploader's messages, and thousands of damaged ones are
# judged alike by python's jsonschema and by ours.
. "${0%/*}/lib.sh"

need py:jsonschema
schema=$top/tests/data/cnm
cnm=$BUILD/tests/unit/cnm

cat >lib.py <<'EOF2'
import copy, datetime, glob, json, random, re, subprocess, sys
import jsonschema

# jsonschema checks the format date-time only with a module that Debian does not have.
formats = jsonschema.FormatChecker()
TIME = r'(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)'

@formats.checks('date-time', ValueError)
def is_time(s):
    m = re.fullmatch(TIME, s, re.ASCII) if isinstance(s, str) else None
    return not isinstance(s, str) or m and bool(datetime.date(*map(int, m.groups()[:3])))

schema = json.load(open(sys.argv[1] + '/cumulus_sns_schema.json'))
validator = jsonschema.Draft7Validator(schema, format_checker=formats)

def samples():
    paths = sorted(glob.glob(sys.argv[1] + '/cumulus_sns_v*.json'))
    return [(p.rsplit('/', 1)[1], json.load(open(p))) for p in paths]

def ours(messages, level='strict'):
    text = ''.join(json.dumps(m) + '\n' for m in messages)
    out = subprocess.run([sys.argv[2], level], input=text, capture_output=True, text=True, check=True).stdout
    return out.splitlines()
EOF2

cat >samples.py <<'EOF2'
from lib import *
names, messages = zip(*samples())
for name, message, verdict in zip(names, messages, ours(messages)):
    print(name, 'valid' if validator.is_valid(message) else 'invalid', verdict)
EOF2
run "$python" samples.py "$schema" "$cnm"
is "$status:$(printf '%s\n' "$stdout" | wc -l | tr -d ' ')" 0:16 '16 published samples'
is "$(printf '%s\n' "$stdout" | grep -v ' valid valid *$')" '' '... are valid for both'

mkdir in
for name in 20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0 \
	20240105000500-JPL-L2P_GHRSST-SSTskin-MODIS_T-N-v02.0-fv01.0 \
	20231231235400-JPL-L2P_GHRSST-SSTskin-VIIRS_NPP-D-v02.0-fv01.0 \
	20240301001200-JPL-L2P_GHRSST-SSTskin-JPSS1-D-v02.0-fv01.0
do
	head -c 12345 /dev/urandom >"in/$name.nc"
	printf '%s  %s\n' "$(md5 "in/$name.nc")" "$name.nc" >"in/$name.nc.md5"
done
cat >sent.py <<'EOF2'
from lib import *
import hashlib, os, urllib.parse
bad = []
for line in open('sent'):
    m = json.loads(line)
    bad += [e.message for e in validator.iter_errors(m)]
    for f in m['product']['files']:
        data = open(urllib.parse.unquote(f['uri'][len('file://'):]), 'rb').read()
        if f['uri'].rsplit('/', 1)[1] != f['name'] or len(data) != f['size'] or hashlib.md5(data).hexdigest() != f['checksum']:
            bad.append(f['uri'])
    print(m['collection'], m['product']['dataVersion'], m['trace'])
print(bad, [v.split() for v in ours([json.loads(line) for line in open('sent')])])
EOF2
uploader --to 'my store' --announce - in/*.nc >sent
run "$python" sent.py "$schema" "$cnm"
is "$(printf '%s\n' "$stdout" | sort)" "MODIS_A-JPL-L2P-v2019.0 2019.0 generate
MODIS_T-JPL-L2P-v2019.0 2019.0 generate
VIIRS_JPSS1-JPL-L2P-v2024.0 2024.0 generate
VIIRS_NPP-JPL-L2P-v2016.2 2016.2 generate
[] [['valid'], ['valid'], ['valid'], ['valid']]" 'messages of the four datasets are valid, and true of the stored files'
uploader --to 'my store' --announce topic in/*.nc >/dev/null
cat topic/* >sent
run "$python" sent.py "$schema" "$cnm"
like "$stdout" "^\[\] \[\['valid'\], \['valid'\], \['valid'\], \['valid'\]\]$" '... so are those in a directory'
uploader --to 'my store' --announce - --again --cnm-legacy-time in/*MODIS_A*.nc >sent
run "$python" sent.py "$schema" "$cnm"
like "$stdout" "not a 'date-time'.*submissionTime:.*zone" 'the old form of the time is valid for neither'

# Members removed, replaced and added at random. Ours refuses two things more: negative sizes and huge ones.
cat >damaged.py <<'EOF2'
from lib import *
random.seed(2024)
values = [None, True, 0, 7, 1.5, '', 'x', '1.4', '1.6', 'md5', 'MD5', 'SHA256', 'data', 'qa', 'SUCCESS', 'success', 'FAILURE',
          'PROCESSING_ERROR', 'forward', '2024-02-15T15:02:11Z', '2024-02-15T15:02:11', '2024-02-30T15:02:11Z',
          '2024-02-15T15:02:11.123+01:00', '2024-02-15t15:02:11z', [], {}, [1], [{}], {'name': 'a'}, {'name': 'a', 'version': 'b'},
          {'status': 'SUCCESS'}, {'id': 'a', 'files': []}, [{'id': 'a', 'files': []}]]
members = ['version', 'submissionTime', 'receivedTime', 'processCompleteTime', 'identifier', 'collection', 'provider', 'trace',
           'product', 'response', 'name', 'files', 'filegroups', 'dataVersion', 'dataProcessingType', 'type', 'subtype', 'uri',
           'size', 'checksum', 'checksumType', 'status', 'errorCode', 'errorMessage', 'ingestionMetadata', 'catalogId',
           'catalogUrl', 'id', 'extra']

def places(v):
    if isinstance(v, (dict, list)):
        yield v
        for x in v.values() if isinstance(v, dict) else v:
            yield from places(x)

def damage(m):
    m = copy.deepcopy(m)
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        v = random.choice(list(places(m)))
        value = copy.deepcopy(random.choice(values))
        if isinstance(v, list):
            if v and random.random() < 0.5:
                v[random.randrange(len(v))] = value
            else:
                v.append(value)
        elif v and random.random() < 0.4:
            del v[random.choice(list(v))]
        elif v and random.random() < 0.6:
            v[random.choice(list(v))] = value
        else:
            v[random.choice(members)] = value
    return m

messages = [damage(random.choice(samples())[1]) for _ in range(4000)]
theirs = [validator.is_valid(m) for m in messages]
differ = [(m, t, o) for m, t, o in zip(messages, theirs, ours(messages)) if t != o.startswith('valid')]
lenient = ours(messages, 'lenient')
worse = [m for m, t, o in zip(messages, theirs, lenient) if t and not o.startswith('valid')]
print(len(messages), 1000 < sum(theirs) < 3000, len(differ), len(worse))
for m, t, o in differ[:3]:
    print(json.dumps(m), t, o, file=sys.stderr)
EOF2
run "$python" damaged.py "$schema" "$cnm"
is "$stdout" '4000 True 0 0' '4000 damaged messages: the same verdicts; lenient is never stricter'

done_testing
