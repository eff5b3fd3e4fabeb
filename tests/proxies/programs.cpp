// That the programs are started, found dead, stopped and started again as the tests rely on.
#include "support/haproxy.hpp"
#include "support/nginx.hpp"
#include "support/proxies.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace {

class shell_daemon : public support::daemon {
public:
    explicit shell_daemon(std::string const& script)
    {
        set_command({"sh", "-c", script});
        start();
    }
};

} // namespace

TEST_CASE("a program that is not installed is an error that says what to install")
{
    CHECK_THROWS_WITH_AS(support::installed("no-such-proxy", "some-package"),
        "no-such-proxy is not installed, and its tests cannot pass: apt-get install some-package (tests/run does that)",
        std::runtime_error);
}

TEST_CASE("a server that ends before it listens is an error with what it said")
{
    CHECK_THROWS_WITH_AS(
        shell_daemon("echo no luck; exit 3"), "sh did not start:\nno luck\nno luck\n", std::runtime_error);
    CHECK_THROWS_AS(support::run({"sh", "-c", "exit 3"}), std::runtime_error);
    CHECK(support::run({"echo", "fine"}) == "fine\n");
}

TEST_CASE("every program listens once it is started, not once it is stopped, and again")
{
    auto const cycle = [](auto& program) {
        CAPTURE(program.log());
        CHECK(support::is_listening(program.port()));
        program.stop();
        CHECK_FALSE(support::is_listening(program.port()));
        program.start();
        CHECK(support::is_listening(program.port()));
        if constexpr (requires { program.tunnels(); })
            CHECK(program.tunnels() == 0);
    };
    SUBCASE("haproxy")
    {
        support::haproxy program{{1}, ""};
        cycle(program);
    }
    SUBCASE("tinyproxy")
    {
        support::tinyproxy program;
        cycle(program);
    }
    SUBCASE("squid")
    {
        support::squid program("user", "secret");
        cycle(program);
    }
    SUBCASE("microsocks")
    {
        support::microsocks program;
        cycle(program);
    }
    SUBCASE("dante")
    {
        support::dante program;
        cycle(program);
    }
}

TEST_CASE("nothing is left of a server but its port")
{
    std::string folder;
    std::uint16_t port = 0;
    {
        support::own_certificate const own;
        port = support::free_port();
        support::nginx const server(port, support::tls_block(port, own, "return 204;"));
        folder = server.folder().name();
        CHECK(std::filesystem::exists(folder));
        CHECK(support::is_listening(port));
    }
    CHECK_FALSE(std::filesystem::exists(folder));
    CHECK_FALSE(support::is_listening(port));
}
