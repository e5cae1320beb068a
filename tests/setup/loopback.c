/* Preloaded into DynamoDB Local, which has no option for it: whatever it binds to, it binds to the loopback address. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int bind(int descriptor, const struct sockaddr *address, socklen_t length) {
    int (*bind_of_libc)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    struct sockaddr_in loopback;

    if (address->sa_family != AF_INET || length < sizeof loopback)
        return bind_of_libc(descriptor, address, length);
    memcpy(&loopback, address, sizeof loopback);
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind_of_libc(descriptor, (const struct sockaddr *)&loopback, sizeof loopback);
}
