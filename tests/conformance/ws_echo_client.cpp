// An echo client for fuzzing servers, the Autobahn testsuite's say:
//     ws_echo_client <ws-url-of-a-fuzzing-server> <agent>
// runs every case that the server has, then asks it to write its report.
#include "unlimited.hpp"

#include <asio/io_context.hpp>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>

namespace {

// One connection at a time, each on a context of its own; returns what the server said last.
class runner {
public:
    runner(std::string url, std::string agent) : url_{std::move(url)}, agent_{std::move(agent)} {}

    int run()
    {
        std::string const answer = talk("/getCaseCount", false);
        int const cases = std::atoi(answer.c_str());
        for (int number = 1; number <= cases; ++number)
            talk("/runCase?case=" + std::to_string(number) + "&agent=" + agent_, true);
        talk("/updateReports?agent=" + agent_, false);
        std::cout << cases << " cases run\n";
        return cases > 0 && !failed_ ? EXIT_SUCCESS : EXIT_FAILURE;
    }

private:
    std::string talk(std::string const& what, bool echoes)
    {
        std::string last;
        asio::io_context context;
        socketio::websocket socket(context, url_ + what, {.perMessageDeflate = conformance::compress_all(), .limits = conformance::unlimited()});
        bool opened = false;
        socket.on_open([&] { opened = true; });
        socket.on_message([&](socketio::websocket_message const& message) {
            if (echoes)
                conformance::echo(socket, message);
            else
                last = message.text();
        });
        socket.on_close([&](socketio::websocket_close const& how) {
            if (!opened) {
                std::cerr << url_ << what << ": " << how.message << '\n';
                failed_ = true;
            }
        });
        context.run();
        return last;
    }

    std::string url_;
    std::string agent_;
    bool failed_ = false;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::cerr << "usage: ws_echo_client <ws-url> <agent>\n";
        return EXIT_FAILURE;
    }
    std::string url = argv[1];
    while (url.ends_with('/'))
        url.pop_back();
    return runner{url, argv[2]}.run();
}
