/* What every queue does, and the spool directory's own: locks, ends of processes, strange files. */

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/newfile.h"
#include "base/str.h"
#include "place/queue.h"
#include "tap.h"

static struct err e;

static struct queue *
opened(const char *place)
{
	struct queue *q = queue_open(place, PLACE_CREATE, &e);

	if (q == NULL)
		give_up("%s", e.msg);
	return q;
}

static int
send_text(struct queue *q, const char *text)
{
	const struct queue_post p = { .text = text };

	return queue_send(q, &p, &e);
}

/* Visible plain files in dir. */
static int
count(const char *dir)
{
	DIR *dp = opendir(dir);
	struct dirent *d;
	int n = 0;

	while (dp != NULL && (d = readdir(dp)) != NULL)
		n += d->d_type == DT_REG;
	if (dp != NULL)
		(void)closedir(dp);
	return n;
}

static void
order(void)
{
	const struct queue_post post = { .text = "Message-Id: no head\n\ntext", .group = "prefix-aqua",
	    .dedup = "prefix-aqua-4821" };
	struct queue_message m[QUEUE_BATCH_MAX];
	struct queue *q = opened("spool/order");
	char text[16], path[100], *file;

	ok(str_ends(queue_name(q), "/spool/order") && *queue_name(q) == '/', "a queue has a full name");
	is_int(queue_receive(q, m, 10, 60, 0, &e), 0, "it is empty");
	for (int i = 0; i < 12; i++) {
		(void)snprintf(text, sizeof(text), "[%d]", i);
		(void)send_text(q, text);
	}
	is_int(queue_send(q, &post, &e), 0, "messages are sent");
	is_int(count("spool/order"), 13, "... a file each");
	is_int(queue_receive(q, m, 10, 60, 0, &e), 10, "ten are received");
	ok(strcmp(m[0].text, "[0]") == 0 && strcmp(m[9].text, "[9]") == 0, "... in the order of sending");
	ok(*m[0].id != '\0', "... each with a name");
	for (int i = 0; i < 10; i++)
		is_int(queue_delete(q, &m[i], &e), 0, "delete");
	is_int(queue_receive(q, m, 10, 60, 0, &e), 3, "then the rest");
	is_str(m[2].text, post.text, "a text that looks like a head");
	(void)snprintf(path, sizeof(path), "spool/order/%s", m[2].id);
	file = file_read(path, 1000, &e);
	ok(file != NULL && strstr(file, "\nMessage-Group: prefix-aqua\nMessage-Dedup: prefix-aqua-4821\n\n") != NULL,
	    "... its ids are in its file");
	free(file);
	queue_release(q, &m[0]);
	queue_release(q, &m[0]);
	is_int(queue_receive(q, &m[0], 1, 60, 0, &e), 1, "what is released comes again");
	is_str(m[0].text, "[10]", "... at its place");
	for (int i = 0; i < 3; i++)
		(void)queue_delete(q, &m[i], &e);
	is_int(count("spool/order"), 0, "nothing is left");
	queue_close(q);
}

/* The messages in dir were received so long ago that their time has been over for that many seconds. */
static void
over_since(const char *dir, long seconds)
{
	struct timespec ts[2] = { { .tv_sec = (time_t)(clock_now() - seconds) } };
	DIR *dp = opendir(dir);
	struct dirent *d;

	ts[1] = ts[0];
	while (dp != NULL && (d = readdir(dp)) != NULL)
		if (d->d_type == DT_REG)
			(void)utimensat(dirfd(dp), d->d_name, ts, 0);
	if (dp != NULL)
		(void)closedir(dp);
}

static void
exclusive(void)
{
	struct queue *a = opened("spool/x"), *b = opened("spool/x");
	struct queue_message m, n;

	(void)send_text(a, "one\n\ntwo\n");
	is_int(queue_receive(a, &m, 1, 60, 0, &e), 1, "one receiver");
	is_str(m.text, "one\n\ntwo\n", "... gets all of the text");
	is_int(queue_receive(b, &n, 1, 60, 0, &e), 0, "... and another one does not");
	queue_release(a, &m);
	is_int(queue_receive(b, &n, 1, 1, 0, &e), 1, "... until it is released");
	is_int(queue_receive(a, &m, 1, 60, 0, &e), 0, "... for a second");
	over_since("spool/x", CLOCK_ALLOWANCE - 10);
	is_int(queue_receive(a, &m, 1, 60, 0, &e), 0, "... and as long as clocks may differ");
	over_since("spool/x", CLOCK_ALLOWANCE + 2);
	is_int(queue_receive(a, &m, 1, 60, 0, &e), 1, "a message that is kept too long goes to the one who asks");
	is_str(m.text, "one\n\ntwo\n", "... complete");
	is_int(queue_delete(b, &n, &e), 0, "the first one's delete");
	is_int(count("spool/x"), 1, "... does nothing");
	is_int(queue_receive(b, &n, 1, 60, 0, &e), 0, "... the second one has it");
	is_int(queue_delete(a, &m, &e), 0, "whose delete");
	is_int(count("spool/x"), 0, "... removes it");
	queue_close(a);
	queue_close(b);
}

static void
death(void)
{
	struct queue *q = opened("spool/death");
	struct queue_message m;
	int fd[2], status;
	char c;
	pid_t pid;

	(void)send_text(q, "x");
	if (pipe(fd) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		(void)!write(fd[1], queue_receive(q, &m, 1, 600, 0, &e) == 1 ? "y" : "n", 1);
		(void)pause();
		_exit(0);
	}
	ok(read(fd[0], &c, 1) == 1 && c == 'y', "another process receives a message");
	is_int(queue_receive(q, &m, 1, 60, 0, &e), 0, "... and has it");
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	is_int(queue_receive(q, &m, 1, 60, 0, &e), 1, "... until it is killed");
	is_int(queue_delete(q, &m, &e), 0, "delete");
	(void)close(fd[0]);
	(void)close(fd[1]);
	queue_close(q);
}

/* Each message is received by one process. */
static void
race(void)
{
	enum { RACERS = 6, MESSAGES = 60 };
	struct queue *q = opened("spool/race");
	int sum = 0, status;
	pid_t pid[RACERS];

	for (int i = 0; i < MESSAGES; i++)
		(void)send_text(q, "m");
	for (int i = 0; i < RACERS; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			struct queue *own = queue_open("spool/race", PLACE_ASIS, NULL);
			struct queue_message m[3];
			int n, all = 0;

			while (own != NULL && (n = queue_receive(own, m, 3, 60, 0, NULL)) > 0)
				for (int k = 0; k < n; k++)
					all += queue_delete(own, &m[k], NULL) == 0;
			_exit(all);
		}
	}
	for (int i = 0; i < RACERS; i++)
		if (waitpid(pid[i], &status, 0) == pid[i] && WIFEXITED(status))
			sum += WEXITSTATUS(status);
	is_int(sum, MESSAGES, "%d receivers get every message once", RACERS);
	is_int(count("spool/race"), 0, "... and leave nothing");
	queue_close(q);
}

static void
strange_files(void)
{
	struct queue *q = opened("spool/strange");
	struct queue_message m[3];
	int fd;

	(void)file_write("spool/strange/by-hand", "[\"a\"]\n", &e);
	(void)mkdir("spool/strange/directory", 0777);
	(void)!symlink("/etc/passwd", "spool/strange/link");
	(void)file_write("spool/strange/.hidden", "no", &e);
	fd = open("spool/strange/binary", O_WRONLY | O_CREAT, 0666);
	ok(fd >= 0 && write(fd, "a\0b", 3) == 3 && ftruncate(fd, 3) == 0 && close(fd) == 0, "a binary file");
	fd = open("spool/strange/large", O_WRONLY | O_CREAT, 0666);
	ok(fd >= 0 && ftruncate(fd, QUEUE_TEXT_MAX + 5000) == 0 && close(fd) == 0, "a large one");
	is_int(queue_receive(q, m, 3, 60, 0, &e), 1, "of all in the directory one is a message");
	is_str(m[0].text, "[\"a\"]", "... the text put there by hand");
	is_str(m[0].id, "by-hand", "... called like its file");
	is_int(count("spool/strange/rejected"), 4, "what never can be one is put aside, with reasons");
	is_int(queue_reject(q, &m[0], "not wanted", &e), 0, "reject");
	ok(file_look("spool/strange/rejected/by-hand", NULL, NULL) > 0 &&
	    file_look("spool/strange/rejected/by-hand.reason", NULL, NULL) > 0,
	    "... puts a message there as well");
	is_int(queue_receive(q, m, 3, 60, 0, &e), 0, "... and it comes no more");
	queue_close(q);
}

static void
bad_messages(void)
{
	static char large[QUEUE_TEXT_MAX + 2], id[QUEUE_ID_MAX + 2];
	struct queue *q = opened("spool/bad");
	struct queue_post p = { .text = large };

	memset(large, 'x', sizeof(large) - 1);
	memset(id, 'i', sizeof(id) - 1);
	ok(queue_send(q, &p, &e) < 0 && e.code == E_DATA, "a message may not be longer than SQS takes it");
	large[QUEUE_TEXT_MAX] = '\0';
	is_int(queue_send(q, &p, &e), 0, "... but as long");
	p.text = "";
	ok(queue_send(q, &p, &e) < 0 && e.code == E_DATA, "nor be empty");
	p = (struct queue_post){ .text = "x", .group = "a b" };
	ok(queue_send(q, &p, &e) < 0 && e.code == E_DATA, "a group has no blanks");
	p.group = "";
	ok(queue_send(q, &p, &e) < 0 && e.code == E_DATA, "... and is not empty");
	p = (struct queue_post){ .text = "x", .dedup = id };
	ok(queue_send(q, &p, &e) < 0 && e.code == E_DATA, "a deduplication id is not too long");
	p.dedup = "a\nb";
	ok(queue_send(q, &p, &e) < 0 && e.code == E_DATA, "... and one line");
	is_int(count("spool/bad"), 1, "nothing of that was sent");
	queue_close(q);
}

static int
open_fails(const char *place, enum err_code code)
{
	struct queue *q = queue_open(place, PLACE_CREATE, &e);

	queue_close(q);
	return q == NULL && e.code == code;
}

static void
places(void)
{
	struct queue *q;

	ok(open_fails("https://sqs.us-west-2.amazonaws.com/123456789012/x", E_USAGE), "a queue of AWS");
	is_str(e.msg, "https://sqs.us-west-2.amazonaws.com/123456789012/x: this build has no AWS queue yet",
	    "... is known as one");
	ok(open_fails("sqs:x-pending-jobs-aqua.fifo", E_USAGE) && strstr(e.msg, "no AWS queue") != NULL,
	    "... by name too");
	ok(open_fails("https://example.com/x", E_USAGE) && strstr(e.msg, "not a queue") != NULL,
	    "other URLs are no queues");
	ok(open_fails("arn:aws:sqs:us-west-2:1:x", E_USAGE), "nor are ARNs");
	ok(open_fails("-", E_USAGE), "nor is standard output");
	ok(open_fails("", E_USAGE), "nor nothing");
	(void)file_write("file", "x", &e);
	ok(open_fails("file", E_USAGE), "nor a file");
	ok(open_fails("/dev/pts/none", E_ENV), "a directory that cannot be made");
	q = queue_open("spool/later", PLACE_ASIS, &e);
	ok(q != NULL && access("spool/later", F_OK) < 0, "a place that is only looked at is not made");
	if (q != NULL) {
		struct queue_message m;
		double start = clock_steady();

		is_int(queue_receive(q, &m, 1, 60, 1, &e), 0, "... and holds nothing");
		ok(clock_steady() - start < 0.5, "... which it says at once");
	}
	queue_close(q);
	queue_close(NULL);
}

int
main(void)
{
	tap_scratch();
	order();
	exclusive();
	death();
	race();
	strange_files();
	bad_messages();
	places();
	return tap_done();
}
