// As small as the flags of a package allow to see: headers, Asio, RapidJSON and threads.
#include <socketio/core/value.hpp>
#include <socketio/net/background_context.hpp>

int main()
{
    socketio::background_context background;
    background.join();
    return socketio::value::from_json("[1,2]").has_value() ? 0 : 1;
}
