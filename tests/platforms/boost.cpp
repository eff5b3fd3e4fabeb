// What differs with Boost.Asio: the type of errors, which completion tokens know as Boost's, and their values.
#include <socketio/socketio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace errc = boost::system::errc;
using boost::system::error_code;

int failures = 0;

void check(std::string_view behaviour, bool holds)
{
    std::cout << (holds ? "ok      " : "FAILED  ") << behaviour << std::endl;
    failures += holds ? 0 : 1;
}

// A std::error_code from Boost's error, given to a token, is that error again.
template <class Error>
bool comes_back(Error error)
{
    error_code const ours = error;
    std::error_code const standard = ours;
    return socketio::detail::to_asio(standard) == error && socketio::detail::asio_error(error) == standard;
}

void convert_errors()
{
    check("no error stays none", !socketio::detail::to_asio({}) && socketio::detail::to_asio({}) == error_code{});
    check("errors of the system keep their value", comes_back(asio::error::operation_aborted));
    check("errors of streams keep their value", comes_back(asio::error::eof));
    check("errors of names keep their value", comes_back(asio::error::host_not_found));
    check("errors of addresses keep their value", comes_back(asio::error::service_not_found));
    check("generic errors keep their value",
        socketio::detail::to_asio(make_error_code(std::errc::operation_canceled)) == errc::operation_canceled);
    check("errors of this library keep theirs",
        socketio::detail::to_asio(make_error_code(socketio::error::timeout)) == socketio::error::timeout);
}

void use_tokens()
{
    asio::io_context context;
    socketio::server io{context, 0};
    io.on("connection", [](socketio::server_socket socket) {
        socket.on("sum", [](int a, int b, socketio::ack reply) { reply(a + b); });
    });
    auto socket = socketio::io(context, "http://127.0.0.1:" + std::to_string(io.port()));

    auto const sum = socket.emitWithAck<int>("sum", 20, 22, asio::use_future);
    auto late = socket.timeout(1ms).emitWithAck("silence", asio::use_future);
    bool told = false;
    socket.timeout(1ms).emitWithAck("silence", [&](auto ec, socketio::value) {
        static_assert(std::is_same_v<decltype(ec), error_code>);
        told = ec == socketio::error::ack_timeout;
    });
    // The limit only ends a program that has failed.
    for (int turns = 0; turns != 1000; ++turns) {
        bool const over = sum.wait_for(0s) == std::future_status::ready && late.wait_for(0s) == std::future_status::ready;
        if ((over && told) || context.run_one_for(30s) == 0)
            break;
    }
    check("a future has the answer", sum.wait_for(0s) == std::future_status::ready);
    check("a handler may take Boost's type", told);
    try {
        late.get();
        check("a future throws the error", false);
    } catch (boost::system::system_error const& thrown) {
        check("a future throws the error", thrown.code() == socketio::error::ack_timeout);
    }
    socket.disconnect();
    io.close();
    context.run();
}

} // namespace

int main()
{
    convert_errors();
    use_tokens();
    std::cout << (failures == 0 ? "all as it should be" : "NOT as it should be") << std::endl;
    return failures == 0 ? 0 : 1;
}
