/* Files: atomic publication, locks between processes, moves, quarantine, logs written by many. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/newfile.h"
#include "tap.h"

static struct err e;

static void
is_content(const char *path, const char *want, const char *name)
{
	char *text = file_read(path, 1000000, &e);

	is_str(text, want, "%s", name);
	free(text);
}

static bool
there(const char *path)
{
	return access(path, F_OK) == 0;
}

static pid_t
start(void)
{
	(void)fflush(stdout);
	return fork();
}

static int
status_of(pid_t pid)
{
	int status = -1;

	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
publication(void)
{
	struct newfile f;

	is_int(newfile_open(&f, "a/b/new", &e), 0, "a file is begun; its directories are made");
	is_str(f.tmp, "a/b/.new.part", "its temporary name is beside it");
	(void)!write(f.fd, "half", 4);
	ok(!there("a/b/new") && there("a/b/.new.part"), "nothing under its name yet");
	newfile_close(&f);
	ok(!there("a/b/new") && !there("a/b/.new.part"), "given up: nothing remains");
	newfile_close(&f);

	is_int(newfile_open(&f, "a/b/new", &e), 0, "again");
	(void)!write(f.fd, "all", 3);
	is_int(newfile_commit(&f, &e), 0, "committed");
	newfile_close(&f);
	is_content("a/b/new", "all", "it is there");
	ok(!there("a/b/.new.part"), "... the temporary name not");

	is_int(newfile_open(&f, "a/b/new", &e), 0, "made anew while an old one is there");
	is_content("a/b/new", "all", "readers see the old one");
	newfile_keep(&f);
	ok(there("a/b/.new.part") && there("a/b/new"), "kept for later");
	newfile_keep(&f);

	is_int(file_write("a/b/new", "other", &e), 0, "file_write");
	is_content("a/b/new", "other", "... replaces");
	is_int(file_write("a/b/new/x", "", &e), -1, "a file is no directory");
	is_str(e.msg, "a/b/new: cannot create directory: Not a directory", "... and the message says so");
	is_int(newfile_open(&f, "/proc/generate/x", &e), -1, "where nothing can be made");
	is_int(e.code == E_ENV || e.code == E_MISSING, 1, "... that is an error");
	newfile_close(&f);
	f = (struct newfile){0};
	newfile_close(&f);
	ok(fcntl(STDIN_FILENO, F_GETFD) >= 0 || errno == EBADF, "closing an all-zero one is harmless");
}

static void
left_over(void)
{
	struct newfile f;
	char text[8] = "";
	pid_t pid = start();

	if (pid == 0) {
		(void)newfile_open(&f, "killed", &e);
		(void)!write(f.fd, "first", 5);
		(void)raise(SIGKILL);
	}
	is_int(status_of(pid), 128 + SIGKILL, "a process is killed in the middle");
	ok(!there("killed") && there(".killed.part"), "it leaves its temporary file");
	is_int(newfile_open(&f, "killed", &e), 0, "the next run goes on with it");
	is_int(read(f.fd, text, sizeof(text)), 5, "... finds what was written");
	is_int(newfile_write(&f, "new", 3, &e), 0, "... or begins anew");
	is_int(newfile_commit(&f, &e), 0, "... and finishes it");
	newfile_close(&f);
	is_content("killed", "new", "the file is whole");
}

/* What a second process meets that makes the same file: 0 its file is made, else 1 + error code. The lock belongs to
 * the open file, which a child without exec shares: it closes it. */
static pid_t
second(const char *path, int first_fd, int alarm_ms)
{
	struct itimerval t = { .it_value = { .tv_usec = alarm_ms * 1000 }, .it_interval = { .tv_usec = 20000 } };
	struct newfile f;
	pid_t pid = start();

	if (pid != 0)
		return pid;
	(void)close(first_fd);
	(void)setitimer(ITIMER_REAL, &t, NULL);
	if (newfile_open(&f, path, &e) < 0)
		_exit(1 + (int)e.code);
	(void)!write(f.fd, "second", 6);
	if (file_look(path, NULL, NULL) == 0 || newfile_commit(&f, &e) < 0)
		_exit(100);
	newfile_close(&f);
	_exit(0);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
locks(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct newfile f, g;
	pid_t pid;

	(void)sigaction(SIGALRM, &sa, NULL);
	is_int(newfile_open(&f, "shared", &e), 0, "one process makes a file");
	pid = second("shared", f.fd, 50);
	is_int(status_of(pid), 1 + E_SIGNAL, "a signal ends another's wait for it");
	pid = second("shared", f.fd, 0);
	(void)usleep(100000);
	is_int(waitpid(pid, NULL, WNOHANG), 0, "without one it waits");
	(void)!write(f.fd, "first", 5);
	is_int(newfile_commit(&f, &e), 0, "the first finishes");
	newfile_close(&f);
	is_int(status_of(pid), 0, "the second finds it there and makes it again");
	is_content("shared", "second", "the last one wins");

	is_int(newfile_open(&f, "given-up", &e), 0, "a file is begun");
	pid = start();
	if (pid == 0) {
		(void)close(f.fd);
		if (newfile_open(&g, "given-up", &e) < 0 || there("given-up"))
			_exit(1);
		_exit(newfile_commit(&g, &e) < 0);
	}
	(void)usleep(50000);
	newfile_close(&f);
	is_int(status_of(pid), 0, "the first gives up, the second makes it");
	ok(there("given-up") && !there(".given-up.part"), "... in a file of its own");

	is_int(newfile_stage(&f, "stage/.x.part", &e), 0, "a file without a final name");
	is_int(newfile_stage(&g, "stage/.x.part", &e), -1, "a second one does not wait");
	is_int(e.code, E_BUSY, "... and says why");
	is_int(newfile_write(&f, "staged", 6, &e), 0, "written");
	is_int(newfile_sync(&f, &e), 0, "... synced");
	is_int(newfile_publish(&f, "published/2024/5/x", &e), 0, "... and named");
	newfile_close(&f);
	is_content("published/2024/5/x", "staged", "it is there");
	ok(!there("stage/.x.part"), "... and only there");
}

static void
directories(void)
{
	char *name = newfile_temp("x");
	char deep[3000] = "d";

	is_str(name, ".x.part", "temporary name without directory");
	free(name);
	name = newfile_temp("/x/y.nc");
	is_str(name, "/x/.y.nc.part", "... with one");
	free(name);
	is_int(file_mkdirs("p/q/r", &e), 0, "directories are made");
	is_int(file_mkdirs("p/q/r/", &e), 0, "... or are there");
	is_int(file_mkdirs("p//q/./s/../t", &e), 0, "... by any spelling");
	is_int(file_mkdirs("/", &e), 0, "the root is there");
	is_int(file_mkdirs(".", &e), 0, "the current one is");
	is_int(file_mkparent("file", &e), 0, "... as parent");
	is_int(file_mkparent("/file", &e), 0, "... or the root");
	(void)file_write("plain", "", &e);
	is_int(file_mkdirs("plain", &e), -1, "a file in its place");
	is_str(e.msg, "plain: cannot create directory: Not a directory", "... is an error");
	is_int(file_mkdirs("plain/x/y", &e), -1, "... also further up");
	for (int i = 0; i < 14; i++)
		(void)snprintf(deep + strlen(deep), sizeof(deep) - strlen(deep), "/%0200d", i);
	is_int(file_mkdirs(deep, &e), 0, "a path of 2800 bytes");
	is_int(file_mkdirs("x/" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &e), -1,
	    "a component too long");
	is_int(e.code, E_DATA, "... is the name's fault");
}

static void
reading(void)
{
	char *text;

	(void)file_write("text", "0123456789", &e);
	text = file_read("text", 10, &e);
	is_str(text, "0123456789", "a text of the size allowed");
	free(text);
	ok(file_read("text", 9, &e) == NULL && e.code == E_DATA, "one byte more is refused");
	ok(file_read("none", 9, &e) == NULL && e.code == E_MISSING, "a missing file");
	ok(file_read(".", 100000, &e) == NULL && e.code == E_DATA, "a directory");
	(void)file_write("empty", "", &e);
	text = file_read("empty", 0, &e);
	is_str(text, "", "an empty file");
	free(text);
	ok(truncate("empty", 3) == 0 && file_read("empty", 9, &e) == NULL && e.code == E_DATA, "NULs are no text");
}

static void
looks(void)
{
	struct stat st;

	ok(file_look("text", &st, &e) == 1 && st.st_size == 10, "a file is there");
	ok(symlink("text", "link") == 0 && file_look("link", NULL, &e) == 1, "... also through a link");
	is_int(file_look("none", NULL, &e), 0, "one that is not is not");
	is_int(file_look("text/none", NULL, &e), 0, "... nor one below a file");
	ok(file_look(".", NULL, &e) == -1 && e.code == E_DATA, "a directory is no answer");
	ok(mkfifo("pipe", 0600) == 0 && file_look("pipe", NULL, &e) == -1 && e.code == E_DATA, "... nor is a pipe");
	ok(symlink("loop", "loop") == 0 && file_look("loop", NULL, &e) == -1, "... nor a link to itself");
	is_str(e.msg, "loop: Too many levels of symbolic links", "... which is told");
}

/* What stands in the place of a file is refused at once, or makes way; what it leads to stays. */
static void
strangers(void)
{
	static const char *const kind[] = { "link", "pipe", "second" };
	struct newfile f;
	int fd[2];
	char name[32];

	ok(file_open("pipe", &e) == -1 && e.code == E_DATA, "a pipe is not read");
	is_str(e.msg, "pipe: not a regular file", "... and said to be none");
	ok(file_append("pipe", "x", &e) == -1 && e.code == E_DATA, "nor appended to");
	ok(file_append("link", "x", &e) == -1 && e.code == E_DATA, "nor is a file by way of a link");
	is_content("text", "0123456789", "... which is as it was");
	ok(pipe(fd) == 0 && write(fd[1], "by hand", 7) == 7 && close(fd[1]) == 0, "what a shell has opened");
	(void)snprintf(name, sizeof(name), "/dev/fd/%d", fd[0]);
	is_content(name, "by hand", "... is read");
	(void)close(fd[0]);
	for (size_t i = 0; i < sizeof(kind) / sizeof(*kind); i++) {
		(void)unlink(".fresh.part");
		(void)!(i == 0 ? symlink("text", ".fresh.part") : i == 1 ? mkfifo(".fresh.part", 0600) :
		    link("text", ".fresh.part"));
		is_int(file_write("fresh", kind[i], &e), 0, "a %s", kind[i]);
		is_content("fresh", kind[i], "... in the place of a temporary file makes way");
		is_content("text", "0123456789", "... and what it led to is as it was");
	}
	ok(mkdir(".fresh.part", 0700) == 0 && newfile_open(&f, "fresh", &e) == -1 && e.code == E_ENV,
	    "a directory does not");
	(void)rmdir(".fresh.part");
}

static void
moves(void)
{
	char away[64];
	struct stat st;
	int fd;

	(void)file_write("m1", "moved", &e);
	is_int(file_move("m1", "new/dir/m2", &e), 0, "a file is moved into a new directory");
	is_content("new/dir/m2", "moved", "... and is there");
	ok(!there("m1"), "... and only there");
	(void)file_write("m3", "newer", &e);
	is_int(file_move("m3", "new/dir/m2", &e), 0, "it replaces what is there");
	is_content("new/dir/m2", "newer", "... as rename does");
	is_int(file_move("none", "new/dir/m2", &e), -1, "a missing file is not moved");
	is_int(e.code, E_MISSING, "... is missing");
	is_content("new/dir/m2", "newer", "... and what was there remains");

	(void)snprintf(away, sizeof(away), "/dev/shm/generate-unit.%ld", (long)getpid());
	fd = open("new/dir/m2", O_RDWR);
	(void)file_set_mtime(fd, "m2", INT64_C(1704424201000000123), &e);
	(void)close(fd);
	is_int(file_move("new/dir/m2", away, &e), 0, "to another file system");
	is_content(away, "newer", "... and is there");
	ok(!there("new/dir/m2"), "... and only there");
	ok(file_look(away, &st, &e) == 1 && file_time(&st) == INT64_C(1704424201000000123), "... and as old as before");
	is_int(file_move("none", away, &e), -1, "a missing file is not moved there either");
	is_content(away, "newer", "... and what was there remains");
	is_int(file_remove(away, &e), 0, "removed");
	is_int(file_remove(away, &e), 0, "... also when it is not there");
	is_int(file_remove(".", &e), -1, "a directory is not");
}

static void
quarantine(void)
{
	(void)file_write("bad.nc", "bad", &e);
	is_int(file_quarantine("bad.nc", "q/uarantine", "no latitude", &e), 0, "a bad file goes to quarantine");
	is_content("q/uarantine/bad.nc", "bad", "... whole");
	is_content("q/uarantine/bad.nc.reason", "no latitude\n", "... with the reason beside it");
	is_int(file_quarantine("bad.nc", "q/uarantine", "again", &e), -1, "a file that is not there does not");
}

static void
below(void)
{
	(void)file_mkdirs("root/in", &e);
	(void)file_mkdirs("rootless", &e);
	(void)file_write("root/in/f", "", &e);
	(void)file_write("rootless/f", "", &e);
	ok(file_below("root/in/f", "root", &e) && file_below("root/in", "root/", &e), "below");
	ok(file_below("root/in/../in/f", "root", &e), "... by a detour");
	ok(!file_below("root/../rootless/f", "root", &e), "not below, though it begins like it");
	ok(!file_below("rootless/f", "root", &e), "... nor a name that begins alike");
	ok(!file_below("root", "root", &e), "... nor the directory itself");
	ok(symlink("../../rootless", "root/in/out") == 0 && !file_below("root/in/out/f", "root", &e), "nor by a link");
	ok(file_below("root", "/", &e), "everything is below /");
	ok(!file_below("root/none", "root", &e), "what does not exist is not");
}

static void
append_many(int writer, int n)
{
	char line[400];

	for (int i = 0; i < n; i++) {
		memset(line, 'a' + writer, sizeof(line));
		(void)snprintf(line + 300 + i % 50, 50, "%d", i);
		if (file_append("log/shared.txt", line, &e) < 0)
			_exit(1);
	}
	_exit(0);
}

static void
appends(void)
{
	int bad = 0, lines = 0, count[4] = {0};
	char line[500];
	pid_t pid[4];
	FILE *fp;

	for (int w = 0; w < 4; w++) {
		pid[w] = start();
		if (pid[w] == 0)
			append_many(w, 500);
	}
	for (int w = 0; w < 4; w++)
		bad += status_of(pid[w]) != 0;
	is_int(bad, 0, "four processes write to one log");
	fp = fopen("log/shared.txt", "r");
	while (fp != NULL && fgets(line, sizeof(line), fp) != NULL) {
		int w = line[0] - 'a';

		lines++;
		if (w < 0 || w > 3 || strspn(line, (char[]){ line[0], '\0' }) != (size_t)(300 + count[w] % 50) ||
		    strtol(line + 300 + count[w] % 50, NULL, 10) != count[w])
			bad++;
		else
			count[w]++;
	}
	if (fp != NULL)
		(void)fclose(fp);
	is_int(lines, 2000, "every line is there");
	is_int(bad, 0, "... whole, and in its writer's order");
}

/* A limit on file sizes stands for a full disk: a write ends in the middle of the line. */
static void
full_disk(void)
{
	struct rlimit limit = { 15, 15 };
	pid_t pid = start();

	if (pid == 0) {
		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		(void)file_append("full.log", "0123456789", &e);
		if (file_append("full.log", "0123456789", &e) == 0 || e.code != E_ENV)
			_exit(1);
		_exit(file_write("full", "0123456789012345", &e) == 0 || e.code != E_ENV ? 2 : 0);
	}
	is_int(status_of(pid), 0, "a full disk is noticed");
	is_content("full.log", "0123456789\n", "no half line remains");
	ok(!there("full") && !there(".full.part"), "nor half a file");
}

static void
names(void)
{
	static const char *const want[] = { "a-", "a.", "a/", "b", "link", "linked/" };
	struct strlist l = {0};
	int bad = 0;

	(void)file_write("names/b", "", &e);
	(void)file_write("names/a.", "", &e);
	(void)file_write("names/a-", "", &e);
	(void)file_write("names/.hidden", "", &e);
	(void)file_write("names/a/x", "", &e);
	ok(symlink("b", "names/link") == 0 && symlink("a", "names/linked") == 0 && symlink("no", "names/broken") == 0 &&
	    mkfifo("names/fifo", 0600) == 0, "special files");
	is_int(file_names("names", &l, &e), 0, "the names in a directory");
	is_int((long long)l.n, 6, "... are those of files and directories");
	for (size_t i = 0; i < l.n && i < 6; i++)
		bad += strcmp(l.item[i], want[i]) != 0;
	is_int(bad, 0, "... in order");
	strlist_free(&l);
	ok(file_names("none", &l, &e) == 0 && l.n == 0, "no directory is an empty one");
	ok(file_names("names/b", &l, &e) < 0, "a file is none");
}

static void
pieces(void)
{
	int fd = file_memory("0123456789", 10, &e), other;
	char four[4], *text;
	double before;

	is_int(file_fill(fd, "memory", four, 4, &e), 4, "a part of a file in memory");
	text = file_text(fd, "memory", 6, &e);
	is_str(text, "456789", "... and the rest of it");
	free(text);
	is_int(file_fill(fd, "memory", four, 4, &e), 0, "... nothing is left");
	(void)close(fd);
	ok(file_open("none", &e) < 0 && e.code == E_MISSING, "no file to open");

	fd = file_open_locked("locked", O_RDWR | O_CREAT, FILE_MODE, 0, &e);
	ok(fd >= 0, "a file is locked");
	before = clock_steady();
	other = file_open_locked("locked", O_RDWR, FILE_MODE, 0, &e);
	ok(other < 0 && e.code == E_BUSY && clock_steady() - before < 0.1, "another one does not get it");
	other = file_open_locked("locked", O_RDWR, FILE_MODE, 0.2, &e);
	ok(other < 0 && e.code == E_BUSY && clock_steady() - before > 0.19, "... nor within some time");
	(void)rename("locked", "away");
	other = file_open_locked("locked", O_RDWR | O_CREAT, FILE_MODE, 0.2, &e);
	ok(other >= 0, "what took its name is another file");
	(void)close(other);
	(void)close(fd);
	fd = file_open_locked("away", O_RDWR, FILE_MODE, 0.2, &e);
	ok(fd >= 0, "closing ends the lock");
	(void)close(fd);
}

int
main(void)
{
	(void)umask(022);
	tap_scratch();
	publication();
	left_over();
	locks();
	directories();
	reading();
	looks();
	strangers();
	moves();
	quarantine();
	below();
	appends();
	full_disk();
	names();
	pieces();
	return tap_done();
}
