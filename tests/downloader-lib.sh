# shellcheck shell=sh
# downloader-lib.sh - what the tests of the downloader share; sourced after lib.sh
#
#	fixtures	the two files of the worked examples in srv/ under their OBPG names; $N1 $S1, $N2 $S2: names, SHA-1
#	big NAME KB	a larger netCDF file srv/NAME
#	misbehave [CERT KEY [CERT KEY]]	start httpd.py: $H = http://127.0.0.1:PORT, and $data $login $other $tls ...
#	asked ERE	number of requests whose log line matches
#	forget		begin the request log anew
#	left DIR	names in DIR, hidden ones too, on one line
#	fast		options that make failures quick
# shellcheck disable=SC2034

unset EDL_USERNAME EDL_PASSWORD NETRC
N1=AQUA_MODIS.20230124T201500.L2.SST.nc
N2=AQUA_MODIS.20230124T202000.L2.SST.NRT.nc
F2=AQUA_MODIS.20230124T202000.L2.SST.nc
S1=955a2aa4d26d4d9473404aaa5727d46f62571d16
S2=0993d9e54f05fbad4c1435acd653f8ccc992b7c6
D=combiner/downloads/MODIS_AQUA_L2_SST_OBPG
fast='--retry-base 0.01 --retries 2 --stall-timeout 1 --max-time-per-file 20'

# cdl PRODUCT_NAME PROCESSING_VERSION - the fixture of the worked examples
cdl() {
	cat <<-!
	netcdf f {
	dimensions: x = 2 ;
	variables: byte a(x) ;
	:product_name = "$1" ;
	:processing_version = "$2" ;
	data: a = 1, 2 ;
	}
	!
}

fixtures() {
	mkdir -p srv
	cdl "$N1" R2022.0 >rf.cdl
	cdl "$N2" R2022.0 >ql.cdl
	ncgen -k classic -o "srv/$N1" rf.cdl
	ncgen -k classic -o "srv/$N2" ql.cdl
}

big() {
	cat >big.cdl <<-!
	netcdf f {
	dimensions: x = $(($2 * 1000)) ;
	variables: byte a(x) ;
	:product_name = "$1" ;
	:processing_version = "R2022.0" ;
	data: a = 1, 2, 3 ;
	}
	!
	ncgen -k nc4 -o "srv/$1" big.cdl
}

misbehave() {
	: >requests
	rm -f ports
	background "$python" "$top/tests/httpd.py" srv ports requests "$@"
	wait_for test -s ports || give_up 'httpd.py did not start'
	# shellcheck disable=SC1091
	. ./ports
	H=http://127.0.0.1:$data
}

asked() {
	grep -Ec -e "$1" requests
}

forget() {
	: >requests
}

left() {
	# shellcheck disable=SC2012
	ls -A "$1" 2>/dev/null | tr '\n' ' ' | sed 's/ $//'
}
