#!/bin/sh
# downloader - against aria2c and curl --parallel, which check nothing, on files of one nginx on this machine
#
#	tests/bench/downloader.sh [BIG [SMALL]]		number of 30 MB files (200) and of 64 kB files (5000)
#
# Prints per case: seconds of each (the best of $RUNS after a warm-up, in turns), how much faster the downloader is
# (above 1: faster), and its largest resident set. It computes SHA-1 and opens and syncs every file; the others do
# not. The goals: files of 64 kB at least twice as fast as aria2c, files of 30 MB no slower than curl -Z, at most 50 MB;
# OBPG is asked once a second, so small files are not worth more. With TMPDIR=/dev/shm the disk is out of it. Run it on
# a disk where not many files were just removed: ext4 then looks long for an inode, whoever asks.

RUNS=${RUNS:-3}
. "${0%/*}/../bench.sh"
need nginx aria2c curl ncgen /usr/bin/time

big=${1:-${BENCH_BIG:-200}}
small=${2:-${BENCH_SMALL:-5000}}
runs_done=0
chmod 755 "$work"	# for the workers of nginx

# One netCDF-4 file of about $1 bytes, with the attributes that decide the class.
make_file() {
	printf 'netcdf f { dimensions: n = %d; variables: byte a(n);\n' "$1" >f.cdl
	printf ':product_name = "AQUA_MODIS.20230124T201500.L2.SST.nc"; :processing_version = "R2022.0";\n' >>f.cdl
	printf 'data: a = 1, 2, 3; }\n' >>f.cdl
	ncgen -k nc4 -o "$2" f.cdl
}

# $2 names for the file $1 in directory $3; lists for the three tools.
make_set() {
	mkdir "www/$3"
	sum=$(sha1sum "$1" | cut -d ' ' -f 1)
	awk -v n="$2" -v d="$3" -v sum="$sum" -v base="$url" 'BEGIN {
		for (i = 0; i < n; i++) {
			name = sprintf("AQUA_MODIS.2023%02d%02dT%02d%02d00.L2.SST.nc", i / 6720 % 12 + 1,
			    i / 240 % 28 + 1, i / 10 % 24, i % 10 * 5)
			u = base "/" d "/" name
			print name > (d ".names")
			print u, sum > (d ".list")
			printf "%s\n\tout=%s\n", u, name > (d ".aria")
			printf "url = %s\noutput = %s\n", u, name > (d ".curl")
		}
	}'
	while read -r name; do
		ln "$1" "www/$3/$name"
	done <"$3.names"
}

start_nginx() {
	mkdir -p www tmp
	cat >nginx.conf <<-!
	daemon off; master_process off; pid $work/nginx.pid; error_log $work/nginx.err; worker_processes 1;
	events { worker_connections 256; }
	http {
		access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000;
		client_body_temp_path $work/tmp/a; proxy_temp_path $work/tmp/b; fastcgi_temp_path $work/tmp/c;
		uwsgi_temp_path $work/tmp/d; scgi_temp_path $work/tmp/e;
		server { listen 127.0.0.1:$1; root $work/www; }
	}
	!
	nginx -c "$work/nginx.conf" -p "$work" -e "$work/nginx.err" &
	bench_pid=$!
	url=http://127.0.0.1:$1
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		code=$(curl -s -o /dev/null -w '%{http_code}' "$url/" || :)
		[ "$code" = 000 ] || return 0
		kill -0 "$bench_pid" 2>/dev/null || break
		sleep 0.2
	done
	bench_pid=
	return 1
}

# Run "$@" with an empty directory out: $seconds, $kilobytes. Small files are kept until the end, because ext4
# looks long for an inode after many were deleted.
measure() {
	runs_done=$((runs_done + 1))
	if [ -e out ] && [ "$n" = "$small" ]; then
		mv out "old.$runs_done"
	fi
	rm -rf out
	mkdir out
	sync
	/usr/bin/time -f '%e %M' -o time.out "$@"
	read -r seconds kilobytes <time.out
	count=$(find out -type f -name '*.nc' | wc -l)
	[ "$count" -eq "$n" ] || { echo "downloader: $1 made $count files of $n" >&2; exit 1; }
}

least() {
	awk -v a="$1" -v b="$2" 'BEGIN { print (a == "" || b < a) ? b : a }'
}

# compare NAME SET NUMBER PARALLEL
compare() {
	n=$3
	measure downloader -j "$4" -o out --no-progress <"$2.list" >printed
	mine='' aria='' curl='' rss=0
	for _ in $(seq "$RUNS"); do
		measure downloader -j "$4" -o out --no-progress <"$2.list" >printed
		mine=$(least "$mine" "$seconds")
		[ "$kilobytes" -le "$rss" ] || rss=$kilobytes
		measure aria2c -q -j "$4" -x 1 --file-allocation=none --allow-overwrite=true -d out -i "$2.aria"
		aria=$(least "$aria" "$seconds")
		measure sh -c "cd out && exec curl -s -Z --parallel-max $4 -K ../$2.curl"
		curl=$(least "$curl" "$seconds")
	done
	awk -v name="$1" -v j="$4" -v m="$mine" -v a="$aria" -v c="$curl" -v rss="$rss" 'BEGIN {
		printf "downloader -j %-2d %-14s %6.2f s   aria2c %6.2f s (%.2f x)   curl -Z %6.2f s (%.2f x)   RSS %.1f MB\n",
		    j, name, m, a, a / m, c, c / m, rss / 1024
	}'
}

port=$((20000 + $$ % 20000))
until start_nginx "$port"; do
	port=$((port + 1))
	[ "$port" -lt 41000 ] || { cat nginx.err >&2; exit 1; }
done

make_file 30000000 big.nc
make_file 58000 small.nc
make_set big.nc "$big" big
make_set small.nc "$small" small
compare "$small x 64 kB" small "$small" 4
compare "$small x 64 kB" small "$small" 16
compare "$big x 30 MB" big "$big" 4
compare "$big x 30 MB" big "$big" 16
