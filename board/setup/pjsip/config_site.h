/* Branchline's settings of PJSIP. Copied over pjlib/include/pj/config_site.h before the build; part of the cache key.
 * Every setting that changes the layout of a structure must be here and not on a command line, because our own sources are
 * compiled against the installed copy of this file. */

/* The library is built with NDEBUG, our debug and sanitizer presets are not. PJ_DEBUG follows NDEBUG by default and changes
 * what headers declare, so it is fixed. */
#define PJ_DEBUG 0

/* Level 4 tells SIP messages and media decisions; 5 and 6 (mutexes, timers) cost time in every call even when filtered. */
#define PJ_LOG_MAX_LEVEL 4

/* A call uses two sockets (RTP, RTCP): 1,024 calls need 2,048, and transports come on top. */
#define PJ_IOQUEUE_MAX_HANDLES 4096

/* Plain level-triggered epoll. EPOLLEXCLUSIVE or EPOLLONESHOT need two epoll_ctl for a packet: about 10 % of the CPU of a call. */
#define PJ_IOQUEUE_DEFAULT_EPOLL_FLAGS 0

#define PJ_HAS_IPV6 1

/* TLS for SIP, and DTLS for keys of SRTP, both on OpenSSL. */
#define PJ_HAS_SSL_SOCK 1
#define PJSIP_HAS_TLS_TRANSPORT 1

#define PJMEDIA_HAS_VIDEO 0
#define PJMEDIA_HAS_SRTP 1
#define PJMEDIA_SRTP_HAS_SDES 1
#define PJMEDIA_SRTP_HAS_DTLS 1

#define PJMEDIA_HAS_G711_CODEC 1
#define PJMEDIA_HAS_G722_CODEC 1
/* Built from Debian's libopus; the configure script sets PJMEDIA_HAS_OPUS_CODEC. */

/* An INVITE with SRTP, Opus and a long route set passes the default of 4,000 bytes. */
#define PJSIP_MAX_PKT_LEN 8000

/* The sizes that the service checks at its start (admission refuses before one is met). 21.8 kB a call. */
#define PJSUA_MAX_CALLS 1024
#define PJSUA_MAX_ACC 64
/* Each call's sentinel port takes a place in pjsua's (unclocked) bridge. */
#define PJSUA_MAX_CONF_PORTS 1088
/* Hash tables of the transaction and dialog layers: 2^n - 1. */
#define PJSIP_MAX_TSX_COUNT 8191
#define PJSIP_MAX_DIALOG_COUNT 4095
