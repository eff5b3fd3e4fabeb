// What two translation units that both use the library tell each other.
#pragma once

#include <socketio/socketio.hpp>

#include <system_error>

std::error_category const* category_of_the_other();
bool the_other_makes_a_socket(asio::io_context& context);
