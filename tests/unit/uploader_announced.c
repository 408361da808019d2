/* The journal of announcements. */

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/str.h"
#include "tap.h"
#include "uploader/announced.h"

#define MD5 "ade639529468d60987bd541cbfd3798b"

static void
write_and_read(void)
{
	struct announced j;
	struct err e = {0};
	char *text;

	is_int(announced_open(&j, "dir/x.nc", &e), 0, "a new journal");
	ok(!announced_has(&j, MD5, "topic", "url"), "has nothing");
	is_int(announced_prepare(&j, MD5, "topic", "url", &e), 0, "prepare");
	ok(access("dir/.x.nc.announced", F_OK) < 0, "... is not yet in it");
	announced_close(&j);
	ok(access("dir/..x.nc.announced.part", F_OK) < 0, "what is not committed is dropped");

	ok(announced_open(&j, "dir/x.nc", &e) == 0 && announced_prepare(&j, MD5, "topic", "url", &e) == 0 &&
	    announced_commit(&j, &e) == 0, "commit");
	announced_close(&j);
	announced_close(&j);
	is_int(announced_open(&j, "dir/x.nc", &e), 0, "open again");
	ok(announced_has(&j, MD5, "topic", "url"), "has it");
	ok(!announced_has(&j, "d44ecf6099dec7cc3cab826973cd9ed5", "topic", "url"), "but not for other bytes");
	ok(!announced_has(&j, MD5, "other", "url"), "nor for another topic");
	ok(!announced_has(&j, MD5, "topic", "other"), "nor under another URL");
	ok(announced_prepare(&j, MD5, "other \"topic\"", "url", &e) == 0 && announced_commit(&j, &e) == 0, "another");
	announced_close(&j);
	is_int(announced_read(&j, "dir/x.nc", &e), 0, "read");
	ok(announced_has(&j, MD5, "topic", "url") && announced_has(&j, MD5, "other \"topic\"", "url"), "has both");
	announced_close(&j);
	text = file_read("dir/.x.nc.announced", ANNOUNCED_MAX, &e);
	ok(text != NULL && str_starts(text, "{\"time\": \"20") && strstr(text, "Z\", \"md5\": \"" MD5
	    "\", \"topic\": \"topic\", \"url\": \"url\"}\n{\"time\": ") != NULL && str_ends(text, "}\n"),
	    "it is a JSON object a line");
	free(text);
	is_int(announced_read(&j, "dir/none.nc", &e), 0, "a journal that is not there");
	ok(!announced_has(&j, MD5, "topic", "url") && access("dir/.none.nc.announced", F_OK) < 0, "has nothing");
}

static void
damage(void)
{
	static const char half[] = "{\"md5\": \"" MD5 "\", \"topic\": \"t\", \"url\"\n[]\n\n7\nnonsense\n"
	    "{\"md5\": \"" MD5 "\", \"topic\": \"t\", \"url\": \"u\"}";
	struct announced j;
	struct err e = {0};
	char *big = malloc(ANNOUNCED_MAX + 2);

	ok(file_write(".d.nc.announced", half, &e) == 0 && announced_open(&j, "d.nc", &e) == 0, "a damaged journal");
	ok(announced_has(&j, MD5, "t", "u"), "... is read where it can be");
	ok(announced_prepare(&j, MD5, "t", "v", &e) == 0 && announced_commit(&j, &e) == 0, "... and goes on");
	announced_close(&j);
	ok(announced_read(&j, "d.nc", &e) == 0 && announced_has(&j, MD5, "t", "u") && announced_has(&j, MD5, "t", "v"),
	    "... on a line of its own");
	announced_close(&j);
	if (big == NULL)
		return;
	memset(big, '\n', ANNOUNCED_MAX + 1);
	big[ANNOUNCED_MAX + 1] = '\0';
	ok(file_write(".b.nc.announced", big, &e) == 0 && announced_open(&j, "b.nc", &e) < 0 && e.code == E_DATA,
	    "a huge one is refused");
	big[ANNOUNCED_MAX - 10] = '\0';
	ok(file_write(".b.nc.announced", big, &e) == 0 && announced_open(&j, "b.nc", &e) == 0 &&
	    announced_prepare(&j, MD5, "t", "u", &e) < 0 && e.code == E_DATA, "... and none is made");
	announced_close(&j);
	free(big);
}

/* While it is open, another process waits. */
static void
lock(void)
{
	struct announced j = {0};
	struct err e = {0};
	int waited = 0, status = 1, fd[2];
	pid_t pid;
	char c;

	if (pipe(fd) < 0 || announced_open(&j, "lock.nc", &e) < 0) {
		ok(0, "a lock");
		return;
	}
	pid = fork();
	if (pid == 0) {
		struct announced mine = {0};

		(void)close(j.file.fd);	/* the lock is the parent's */
		if (write(fd[1], "x", 1) != 1 || announced_open(&mine, "lock.nc", &e) < 0)
			_exit(9);
		_exit(announced_has(&mine, MD5, "t", "u") ? 0 : 1);
	}
	ok(read(fd[0], &c, 1) == 1 && usleep(50000) == 0, "another process comes");
	waited = waitpid(pid, &status, WNOHANG) == 0;
	ok(waited, "... and waits");
	ok(announced_prepare(&j, MD5, "t", "u", &e) == 0 && announced_commit(&j, &e) == 0, "the first is announced");
	announced_close(&j);
	ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "... and the other knows that");
	(void)close(fd[0]);
	(void)close(fd[1]);
}

int
main(void)
{
	tap_scratch();
	write_and_read();
	damage();
	lock();
	return tap_done();
}
