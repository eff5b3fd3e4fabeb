// What listeners see of a received message: value_view and args, with `get<T>()`.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/core/tape.hpp>
