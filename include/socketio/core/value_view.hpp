// Received data for listeners: value_view and args, with `get<T>()`.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/core/tape.hpp>
