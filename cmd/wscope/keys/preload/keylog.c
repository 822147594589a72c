/*
 * A preload library that makes programs with a dynamically linked OpenSSL, LibreSSL or BoringSSL write
 * a TLS key log (RFC 9850), for wscope record:
 *
 *	LD_PRELOAD=…/wscope-keylog.so WSCOPE_KEYLOG=FILE COMMAND
 *
 * It stands before SSL_new and SSL_set_SSL_CTX, which every connection passes, and sets the key log
 * callback of the connection's context there; a callback of the program's own is still called. The
 * library is found among the objects that are loaded, since interpreters load it late and privately.
 *
 * The file is opened once, as the library is loaded: servers forget their environment, and their
 * workers run as users that may not open it. If a program closes the descriptor, nothing is written
 * to whatever has its number then.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef void (*callback)(const SSL *, const char *);

static int log_fd = -1;
static struct stat log_file;

/* The callbacks that programs had set themselves, by context. */
enum { MOST = 256 };
static struct { const SSL_CTX *ctx; callback own; } kept[MOST];
static int next;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void open_log(void)
{
	const char *name = getenv("WSCOPE_KEYLOG");
	if (!name || !*name)
		return;
	log_fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd >= 0) { /* out of the way: programs mean something by low numbers, as services that are handed sockets */
		int fd = fcntl(log_fd, F_DUPFD_CLOEXEC, 900);
		if (fd < 0)
			fd = fcntl(log_fd, F_DUPFD_CLOEXEC, 100);
		close(log_fd);
		log_fd = fd;
	}
	if (log_fd >= 0 && fstat(log_fd, &log_file) != 0)
		log_fd = -1;
}

/* find looks for a libssl among the loaded objects. */
static int find(struct dl_phdr_info *info, size_t size, void *found)
{
	const char *name = info->dlpi_name, *base;
	(void)size;
	if (!name || !*name)
		return 0;
	base = strrchr(name, '/');
	base = base ? base + 1 : name;
	if (strncmp(base, "libssl", 6) != 0)
		return 0;
	*(void **)found = dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
	return *(void **)found != NULL;
}

static void *symbol(const char *name)
{
	void *p = dlsym(RTLD_NEXT, name), *library = NULL;
	if (!p && dl_iterate_phdr(find, &library) && library) {
		p = dlsym(library, name);
		dlclose(library);
	}
	return p;
}

static void write_line(const char *line)
{
	struct stat now;
	struct iovec parts[2] = { { (void *)line, strlen(line) }, { (void *)"\n", 1 } };
	if (log_fd < 0 || fstat(log_fd, &now) != 0 || now.st_dev != log_file.st_dev || now.st_ino != log_file.st_ino)
		return;
	if (writev(log_fd, parts, 2) < 0)
		return; /* a full disk is no reason to disturb the program */
}

static void on_secret(const SSL *ssl, const char *line)
{
	static SSL_CTX *(*context)(const SSL *);
	callback own = NULL;
	const SSL_CTX *ctx = NULL;
	int i;
	write_line(line);
	if (!context)
		context = symbol("SSL_get_SSL_CTX");
	if (context)
		ctx = context(ssl);
	pthread_mutex_lock(&lock);
	for (i = 0; i < MOST && ctx; i++)
		if (kept[i].ctx == ctx)
			own = kept[i].own;
	pthread_mutex_unlock(&lock);
	if (own)
		own(ssl, line);
}

/* watch sets the callback of a context. */
static void watch(SSL_CTX *ctx)
{
	static callback (*get)(const SSL_CTX *);
	static void (*set)(SSL_CTX *, callback);
	callback own;
	int i;
	if (!ctx || log_fd < 0)
		return;
	if (!set) {
		get = symbol("SSL_CTX_get_keylog_callback");
		set = symbol("SSL_CTX_set_keylog_callback");
	}
	if (!set || !get)
		return; /* OpenSSL before 1.1.1 */
	own = get(ctx);
	if (own == on_secret)
		return;
	pthread_mutex_lock(&lock);
	for (i = 0; i < MOST && kept[i].ctx != ctx; i++)
		;
	if (i == MOST && own) {
		i = next;
		next = (next + 1) % MOST;
	}
	if (i < MOST) {
		kept[i].ctx = ctx;
		kept[i].own = own;
	}
	pthread_mutex_unlock(&lock);
	set(ctx, on_secret);
}

SSL *SSL_new(SSL_CTX *ctx)
{
	SSL *(*real)(SSL_CTX *) = symbol("SSL_new");
	if (!real)
		return NULL;
	watch(ctx);
	return real(ctx);
}

/* SSL_set_SSL_CTX is how servers go to another certificate by the name that a client asks for. */
SSL_CTX *SSL_set_SSL_CTX(SSL *ssl, SSL_CTX *ctx)
{
	SSL_CTX *(*real)(SSL *, SSL_CTX *) = symbol("SSL_set_SSL_CTX");
	if (!real)
		return NULL;
	watch(ctx);
	return real(ssl, ctx);
}
