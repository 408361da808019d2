#!/bin/sh
# VIIRS: odd granules of Suomi-NPP and NOAA-20 through combiner and processor
. "${0%/*}/lib.sh"
need py:netCDF4 ncdump

values() {
	"$python" "$top/tests/values.py" "$@"
}

# make DIR MKGRANULE-ARG... - Level-2 files, combined and L2P granules in DIR; $l2p lists the latter
make() {
	dir=$1
	shift
	mkgranule -o "$dir" "$@" | combiner -q -w 0 -o "$dir/combined" >"$dir.combined"
	combined=$?
	run processor -q -o "$dir/l2p" <"$dir.combined"
	l2p=$stdout
}

# ---- names of the NOAA-20 specification ------------------------------------------------------------------------

export GENERATE_ROOT=tree
down=tree/combiner/downloads
mkgranule -d jpss1 --flag night --time 20240229T235400 --lines 16 --pixels 32 -o $down/JPSS1_L2_SST_OBPG_QUICKLOOK >list
mkgranule -d jpss1 --flag day --time 20240109T101200 --lines 16 --pixels 32 -o $down/JPSS1_L2_SST_OBPG_REFINED >>list
mkgranule -d viirs --flag night --time 20240229T235400 --lines 16 --pixels 32 -o $down/VIIRS_L2_SST_OBPG_QUICKLOOK >>list
run combiner -w 0 <list
is "$(printf '%s\n' "$stdout" | sort)" \
'tree/processor/input/JPSS1_QUICKLOOK/2024/60/J20240229T235400.JPSS1_GSSTN.nc
tree/processor/input/JPSS1_REFINED/2024/9/refined_J20240109T101200.JPSS1_GSSTD.nc
tree/processor/input/VIIRS_QUICKLOOK/2024/60/V20240229T235400.SNPP_GSSTN.nc' 'combined files of two platforms at one second'
printf '%s\n' "$stdout" >combined
run processor <combined
out=tree/processor/output/VIIRS_L2P_CORE_NETCDF
is "$(printf '%s\n' "$stdout" | sort)" \
"$out/JPSS1/2024/60/20240229235400-JPL-L2P_GHRSST-SSTskin-JPSS1-N-v02.0-fv01.0.nc
$out/JPSS1_REFINED/2024/9/20240109101200-JPL-L2P_GHRSST-SSTskin-JPSS1-D-v02.0-fv01.0.nc
$out/VIIRS/2024/60/20240229235400-JPL-L2P_GHRSST-SSTskin-VIIRS_NPP-N-v02.0-fv01.0.nc" 'and their granules'
printf '%s\n' "$stdout" | uploader -q --to store --announce topic >urls
is "$(sed 's,.*/store/,,' urls | sort)" \
'jpss1/20240109101200-JPL-L2P_GHRSST-SSTskin-JPSS1-D-v02.0-fv01.0.nc
jpss1/20240229235400-JPL-L2P_GHRSST-SSTskin-JPSS1-N-v02.0-fv01.0.nc
viirs/20240229235400-JPL-L2P_GHRSST-SSTskin-VIIRS_NPP-N-v02.0-fv01.0.nc' 'stored under their datasets'
like "$(cat topic/*JPSS1-D*)" '"collection": "VIIRS_JPSS1-JPL-L2P-v2024.0".*"dataVersion": "2024.0"' \
	'announced for the NOAA-20 collection'
header=$(ncdump -h "$out/JPSS1/2024/60/20240229235400-JPL-L2P_GHRSST-SSTskin-JPSS1-N-v02.0-fv01.0.nc")
for text in ':id = "VIIRS_JPSS1-JPL-L2P-v2024.0"' ':product_version = "2024.0"' ':platform = "JPSS-1"' \
	':history = ".*JPSS1_SST and JPSS1_SST3, and outputing to the  GHRSST' \
	':summary = ".*\(JPSS-1/NOAA-20\) platform' ':metadata_link = ".*shortName=VIIRS_JPSS1-JPL-L2P-v2024.0"'; do
	like "$header" "$text" "NOAA-20 has $text"
done
unlike "$header" 'b6ac7651-7b02-44b0-942b-c5dc3c903eba' 'and a uuid of its own'
is "$(printf '%s\n' "$header" | grep -c '^		:')" 53 'VIIRS has 53 global attributes'
unset GENERATE_ROOT

# ---- odd granules ----------------------------------------------------------------------------------------------

make odd -d viirs --flag night --lines 33 --pixels 51
is "$combined$status" 00 'odd numbers of lines and pixels'
like "$(ncdump -hs "$l2p")" 'sses_bias_3chan:_ChunkSizes = 1, 33, 51 ;' 'one chunk is the whole array'

make one -d jpss1 --flag day --lines 3 --pixels 64
is "$combined$status" 00 'three lines'
mkgranule -d viirs --flag day --lines 1 --pixels 64 -o single >single.list
run combiner -w 0 -o single/combined <single.list
is "$status$stdout" 1 'a granule of one line has neither direction nor end time: refused'
like "$stderr" 'combiner: .*(Direction|time_coverage_end)' 'and the reason is told'
"$python" "$top/tests/combined.py" V20240229T120000.SNPP_GSSTN.nc
"$python" - V20240229T120000.SNPP_GSSTN.nc V20240229T121000.SNPP_GSSTN.nc <<'PY'
import sys, netCDF4, numpy as np
a, b = netCDF4.Dataset(sys.argv[1]), netCDF4.Dataset(sys.argv[2], "w")
a.set_auto_maskandscale(False)
for n, l in (("time", 1), ("nj", 1), ("ni", 6)):
    b.createDimension(n, l)
for k in a.ncattrs():
    b.setncattr(k, np.int32(1) if k == "Number_of_Scan_Lines" else a.getncattr(k))
for n, v in a.variables.items():
    w = b.createVariable(n, v.dtype, v.dimensions)
    w.set_auto_maskandscale(False)
    w.setncatts({k: v.getncattr(k) for k in v.ncattrs() if k != "_FillValue"})
    w[:] = v[:, :1]
b.close()
PY
run processor -q -o one-line V20240229T121000.SNPP_GSSTN.nc
is "$status" 0 'a combined file of one line is converted'
is "$(values "$stdout" quality_level)" '5 4 0 3 1 0' 'like any other line'

make fill -d viirs --flag night --lines 32 --pixels 64 --all-fill
is "$combined$status" 00 'nothing but fill'
is "$(values "$l2p" quality_level | tr ' ' '\n' | sort -u)" 0 'has quality 0 everywhere'
is "$(values "$l2p" sses_bias | tr ' ' '\n' | sort -u)" -128 'and no statistics'

make bow -d viirs --flag day --lines 16 --pixels 320 --cloud 0 --no-land
is "$(values "$l2p" quality_level 0 | cut -d ' ' -f 1-3)" '0 0 0' 'pixels deleted in the bow-tie have no data'
unlike "$(values "$l2p" lat 0)" '-999' 'but positions'
isnt "$(values "$l2p" quality_level 8 | cut -d ' ' -f 1)" 0 'lines inside the scan have data there'
is "$(values "$l2p" l2p_flags | tr ' ' '\n' | sort -u)" 0 'no land, no flag'
processor -q --compat -o bow/compat <bow.combined >compat.list
is "$(values "$(cat compat.list)" l2p_flags | tr '\n' ' ' | tr ' ' '\n' | sed '/^$/d' | sort | uniq -c | tr -s ' ' | tr '\n' ';')" \
	' 5119 0; 1 2;' 'compat: the last pixel is land'
is "$(ncdump -h "$l2p" | grep -c '^	[a-z]* .*(.*) ;')" 11 'a day granule has 11 variables'

# ---- companions of the other instrument --------------------------------------------------------------------------

mkgranule -d viirs --flag night --lines 16 --pixels 32 --time 20240608T071200 -o swap >/dev/null
mkgranule -d aqua --flag night --lines 16 --pixels 32 --time 20240608T071200 -o swap >/dev/null
cp swap/AQUA_MODIS.20240608T071200.L2.SST4.nc swap/SNPP_VIIRS.20240608T071200.L2.SST3.nc
run combiner -w 0 -o swap/combined --quarantine swap/bad swap/SNPP_VIIRS.20240608T071200.L2.SST.nc
is "$status" 1 'an SST4 file offered as SST3'
like "$stderr" 'SST3.nc: .*sst_triple' 'is refused for what it lacks'
[ -e swap/bad/SNPP_VIIRS.20240608T071200.L2.SST3.nc.reason ]
ok $? 'and put aside with the reason'
unlike "$(ncdump -h "$stdout")" 'sst_triple' 'the granule is made without it'
mkgranule -d viirs --flag night --lines 16 --pixels 32 --time 20240608T071200 -o swap --suites SST3 >/dev/null
cp swap/SNPP_VIIRS.20240608T071200.L2.SST3.nc swap/AQUA_MODIS.20240608T071200.L2.SST4.nc
run combiner -w 0 -o swap/combined --quarantine swap/bad swap/AQUA_MODIS.20240608T071200.L2.SST.nc
is "$status" 1 'an SST3 file offered as SST4'
like "$stderr" 'SST4.nc: .*sst4' 'is refused too'
run combiner -n -o swap/combined swap/SNPP_VIIRS.20240608T071200.L2.SST4.nc
is "$status" 1 'VIIRS has no SST4 files'
like "$stderr" 'not the name of' 'by their names'
done_testing
