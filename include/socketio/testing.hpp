// Tests of programs that use Socket.IO: servers, clients and the network between them in one thread, in virtual time,
// with faults at will. Opt-in: nothing else includes it.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/testing/expectation.hpp>
#include <socketio/testing/explore.hpp>
#include <socketio/testing/links.hpp>
#include <socketio/testing/real_time.hpp>
#include <socketio/testing/recorder.hpp>
#include <socketio/testing/recording.hpp>
#include <socketio/testing/replay.hpp>
#include <socketio/testing/scripted_client.hpp>
#include <socketio/testing/scripted_server.hpp>
#include <socketio/testing/sequence_diagram.hpp>
#include <socketio/testing/timer.hpp>
#include <socketio/testing/transcript.hpp>
#include <socketio/testing/world.hpp>

#include <socketio/core/foreign_macros_end.hpp>
