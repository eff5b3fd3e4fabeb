// All of the library.
#pragma once

#include <socketio/client.hpp>
