#!/bin/sh
# Whatever lists, types, tokens and waiting granules there are: each granule is in one job, or waits, or the run has failed.
. "${0%/*}/lib.sh"
need "$python" py:json
plan 3

cat >lost.py <<'!'
import glob, json, os, random, shutil, subprocess, sys

AT = 'https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/'
SETS = {'aqua': ('AQUA_MODIS', ['SST', 'SST4', 'OC']), 'terra': ('TERRA_MODIS', ['SST', 'SST4', 'OC']),
        'viirs': ('SNPP_VIIRS', ['SST', 'SST3', 'OC']), 'jpss1': ('JPSS1_VIIRS', ['SST', 'SST3', 'OC'])}
seen = {}

def time(rng):
    return '20240102T%02d%02d01' % (rng.randrange(24), rng.randrange(0, 60, 5))

def one(rng):
    """A run; what is wrong with it, or None."""
    ds = rng.choice(sorted(SETS))
    obpg, suites = SETS[ds]
    shutil.rmtree('t', ignore_errors=True)
    types = rng.choice([['.NRT'], [''], ['.NRT', '']])
    lines = {AT + '%s.%s.L2.%s%s.nc %040x' % (obpg, time(rng), rng.choice(suites), rng.choice(types), rng.randrange(1, 99))
             for _ in range(rng.choice([1, 2, 3, 10, 60]))}
    lines = sorted({l.split()[0]: l for l in lines}.values())      # each file once
    waits = sorted({time(rng) for _ in range(rng.choice([0, 0, 1, 4]))})
    if waits:
        os.makedirs('t/combiner/jobs')
        with open('t/combiner/jobs/%s_quicklook_20240103T000000_x.txt' % ds, 'w') as f:
            f.writelines('%s.%s.L2.SST.nc\n' % (obpg, t) for t in waits)
    with open('list', 'w') as f:
        f.write('\n'.join(lines) + '\n')
    tokens, floating, only = rng.randrange(5), rng.randrange(2), rng.choice([None, None, 'quicklook', 'refined'])
    args = ['partition', '-q', '--root', 't', '--engine', 'none', '--tokens', 't/tokens', '--pending', 't/pending',
            '--batch-size', str(rng.randrange(1, 5))]
    if rng.randrange(2) == 0:
        args += ['--arrays', str(rng.choice([1, 1, 2, 3]))]
    if only:
        args += ['-t', only]
    r = subprocess.run(args + ['list'], capture_output=True, text=True,
                       env=dict(os.environ, GENERATE_TOKENS='%s=%d,floating=%d' % (ds, tokens, floating)))
    wanted = [l for l in lines if not only or ('.NRT.' in l) == (only == 'quicklook')]
    fetched = sorted(l for f in glob.glob('t/downloader/lists/*.txt') for l in open(f).read().splitlines())
    left = [f for f in glob.glob('t/combiner/jobs/*.txt')]
    what = '%s; %d lines, %d waiting, %d+%d tokens: status %d' % (' '.join(args[9:]), len(lines), len(waits), tokens,
                                                                 floating, r.returncode)
    plans = glob.glob('t/partition/plan_*.json')
    if r.returncode != 0 or not plans:              # failed, nothing to do, or the lists are pending: nothing has moved
        kind = 'failed' if r.returncode else 'pending' if 'pending\tlist' in r.stdout else 'nothing'
        seen[kind] = seen.get(kind, 0) + 1
        if fetched or plans or len(left) != bool(waits) or (kind == 'nothing' and wanted):
            return what + ', but work was begun, or forgotten: ' + kind
        return None
    seen['planned'] = seen.get('planned', 0) + 1
    if fetched != sorted(wanted):
        return what + ', lines %s' % sorted(set(fetched) ^ set(wanted))
    if left and only != 'refined':
        return what + ', the waiting list is still there'
    jobs = json.load(open(plans[0]))['jobs']
    inputs = {j['input']: j['size'] for j in jobs if j['component'] in ('downloader', 'processor')}
    times, lists = [], []
    for f in glob.glob('t/processor/input/*.json') + glob.glob('t/downloader/lists/*.json'):
        index = json.load(open(f))
        if inputs.get(os.path.basename(f)) != len(index):
            return what + ', %s is of no job' % f
        if 'downloads_file_lists' in f:
            lists += index
        else:
            times += [(('quicklook' in f), t) for element in index for t in element]
    if sorted(lists) != sorted(os.path.basename(f) for f in glob.glob('t/downloader/lists/*.txt')):
        return what + ', a download list is in no job'
    granules = {('.NRT.' in l, l.split('.')[5]) for l in wanted if '.SST.' in l}
    if only != 'refined':
        granules |= {(True, t) for t in waits}
    if sorted(times) != sorted(granules):
        return what + ', granules %s' % sorted(set(times) ^ granules)
    return None

wrong = [w for seed in range(int(sys.argv[1])) for w in [one(random.Random(seed))] if w]
print('\n'.join(wrong[:5]))
print(' '.join(sorted(seen)))
!

# On a file system in memory, because most of it would be fsyncs.
fast=$(mktemp -d /dev/shm/generate-test.XXXXXX 2>/dev/null) || { fast=$work/fast && mkdir "$fast"; }
cd "$fast" || exit 1
run "$python" "$work/lost.py" 200
cd "$work" && rm -rf "$fast"
is "$status $stderr" '0 ' '200 runs'
is "$(printf '%s\n' "$stdout" | sed '$d')" '' '... no line and no granule is lost, or twice in jobs'
is "$(printf '%s\n' "$stdout" | tail -n 1)" 'failed nothing pending planned' '... of all kinds'
