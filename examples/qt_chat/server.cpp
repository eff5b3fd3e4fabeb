// The server of the chat: qt_chat_server [port]. Ends with Ctrl+C.
#include "chat_server.hpp"

#include <asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    try {
        asio::io_context context{1};
        chat_server chat{context, static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000)};
        std::cout << "the chat is at http://localhost:" << chat.port() << std::endl;
        asio::signal_set stop{context, SIGINT, SIGTERM};
        stop.async_wait([&](std::error_code, int) { chat.close(); });
        context.run();
        return 0;
    } catch (std::exception const& e) {
        std::cerr << "qt_chat_server: " << e.what() << '\n';
        return 1;
    }
}
