// The files of a folder for browsers: socketio::serve_files(). To be included beside <socketio/server.hpp>.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/server/static_files.hpp>

#include <socketio/core/foreign_macros_end.hpp>
