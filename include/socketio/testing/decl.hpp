// How the kit for tests is compiled: separately only in programs that say so by SOCKETIO_WITH_TESTING. Otherwise
// inline, so that a test may include it beside a library that was compiled without it.
#pragma once

#include <socketio/core/config.hpp>

#if defined(SOCKETIO_HEADER_ONLY) || !defined(SOCKETIO_WITH_TESTING)
#define SOCKETIO_TESTING_HEADER_ONLY 1
#define SOCKETIO_TESTING_DECL inline
#else
#define SOCKETIO_TESTING_DECL
#endif
