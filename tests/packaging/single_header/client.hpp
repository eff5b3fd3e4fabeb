// What the two halves of the program share.
#pragma once

#include <asio/io_context.hpp>

#include <functional>
#include <string>

// Calls `then` with what the server answers.
void converse(asio::io_context& context, std::string const& url, std::function<void(std::string)> then);
