// Somebody else's program: all it knows is how to ask its build system for socketio.
#include <socketio/socketio.hpp>

#if defined(LIBRARY_IS_COMPILED) && defined(SOCKETIO_HEADER_ONLY)
#error "the package does not say that its library is compiled"
#endif

int main()
{
    asio::io_context context;
    auto socket = socketio::io(context, "http://localhost:1", {.autoConnect = false});
    int wrong = socket.connected() ? 1 : 0;
#if defined(SOCKETIO_WITH_TLS)
    // Nobody is there; what counts is that this is the reason.
    auto secure = socketio::io(context, "https://127.0.0.1:1", {.reconnection = false});
    secure.on("connect_error", [&](socketio::connect_error const& why) {
        wrong += why.code() == socketio::error::tls_not_available ? 1 : 0;
    });
    context.run();
#endif
    return wrong;
}
