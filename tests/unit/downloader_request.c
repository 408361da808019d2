/* downloader_request - what the downloader keeps of a line; listline has the forms */

#include "downloader/request.h"
#include "tap.h"

#define NAME "AQUA_MODIS.20230124T201500.L2.SST.nc"
#define NRT "AQUA_MODIS.20230124T201500.L2.SST.NRT.nc"
#define SHA1 "955a2aa4d26d4d9473404aaa5727d46f62571d16"

int
main(void)
{
	struct request r;
	struct err e;

	ok(request_parse("http://h/" NRT "\t" SHA1 "  ", &r, &e) == REQUEST_OK, "a quicklook name");
	is_str(r.line, "https://h/" NRT "\t" SHA1, "the line, with https and without blanks at the end");
	is_str(r.final, NAME, "the final name has no .NRT");
	ok(r.obpg.nrt, "... but it is known that it had");
	is_int(r.alg, DIGEST_SHA1, "SHA-1");
	request_fini(&r);
	request_fini(&r);
	ok(request_parse(" x y \r", &r, &e) == REQUEST_BAD, "no line");
	is_str(r.line, "x y", "... is kept for the list of failures");
	request_fini(&r);
	ok(request_parse("#", &r, &e) == REQUEST_NONE, "a comment");
	return tap_done();
}
