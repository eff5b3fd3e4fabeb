// Real proxies, from Debian's packages; each counts in its log the connections that it made for others.
#pragma once

#include "daemon.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace support {

// A name that is known nowhere but at the proxies that run with_own_hosts(), where it is 127.0.0.1.
inline constexpr std::string_view name_at_the_proxy = "only-at-the-proxy.test";

// The command, where /etc/hosts is another, and where the end of the first process ends all it has started.
inline std::vector<std::string> with_own_hosts(temporary_folder const& folder, std::vector<std::string> const& command)
{
    std::string const hosts = folder.write("hosts", "127.0.0.1 localhost " + std::string(name_at_the_proxy) + "\n");
    std::vector<std::string> all{installed("unshare", "util-linux"), "--mount", "--pid", "--fork", "--kill-child"};
    if (::geteuid() != 0)
        all.emplace_back("--map-root-user");
    for (char const* const word : {"sh", "-c", R"(mount --bind "$0" /etc/hosts && exec "$@")"})
        all.emplace_back(word);
    all.push_back(hosts);
    all.insert(all.end(), command.begin(), command.end());
    return all;
}

// HTTP CONNECT. `rules`: lines of tinyproxy.conf(5), such as "BasicAuth user password" or "ConnectPort 443".
class tinyproxy : public daemon {
public:
    explicit tinyproxy(std::string const& rules = "")
    {
        std::string const configuration = folder().write("tinyproxy.conf",
            "Port " + std::to_string(port()) + "\nListen 127.0.0.1\nLogLevel Info\nMaxClients 100\n" + rules + "\n");
        set_command({installed("tinyproxy", "tinyproxy-bin"), "-d", "-c", configuration});
        start();
    }

    std::string url() const { return "http://" + address(); }
    int tunnels() const { return mentions("Established connection to host"); }
};

class squid_daemon : public daemon {
protected:
    squid_daemon() = default;

    // `listens` follows the address in http_port; `rules` are the lines of squid.conf that say who may do what.
    void begin(std::string const& listens, std::string const& rules)
    {
        std::string const configuration = folder().write("squid.conf",
            "http_port " + address() + listens + "\npid_filename none\naccess_log stdio:" +
                folder().path("access.log") + "\ncache_log " + folder().path("output") +
                "\ncache_store_log none\ncache deny all\ncache_mem 1 MB\nnetdb_filename none\npinger_enable off\n"
                "shutdown_lifetime 0 seconds\n" + rules);
        set_command(without_privileges({installed("squid", "squid"), "-N", "-f", configuration}));
        set_log("access.log");
        start();
    }

private:
    // It will not be root. To become another by itself would undo that it ends when we do.
    std::vector<std::string> without_privileges(std::vector<std::string> const& command) const
    {
        if (::geteuid() != 0)
            return command;
        passwd const* const user = ::getpwnam("proxy");
        if (user == nullptr || ::chown(folder().name().c_str(), user->pw_uid, user->pw_gid) != 0)
            fail("the folder of user proxy");
        std::vector<std::string> all{installed("setpriv", "util-linux"), "--reuid", "proxy", "--regid", "proxy",
            "--clear-groups", "--pdeathsig", "KILL"};
        all.insert(all.end(), command.begin(), command.end());
        return all;
    }
};

// HTTP CONNECT, for one user with one password. Its log tells of a tunnel when that ends. `rules`: lines of squid.conf
// that stand before who is let through.
class squid : public squid_daemon {
public:
    squid(std::string const& user, std::string const& password, std::string const& rules = "")
    {
        std::string const passwords = folder().write("passwords",
            user + ":" + run({installed("openssl", "openssl"), "passwd", "-apr1", password}));
        begin("", "auth_param basic program " + installed("basic_ncsa_auth", "squid") + " " + passwords +
                      "\nauth_param basic children 1\nauth_param basic realm tests\nacl known proxy_auth REQUIRED\n" +
                      rules + "http_access allow known\nhttp_access deny all\n");
    }

    std::string url() const { return "http://" + address(); }
    int tunnels() const { return mentions("TCP_TUNNEL/200"); }
};

// In front of one server, for everybody. It takes Upgrade away, as any squid does unless it is told otherwise.
class reverse_squid : public squid_daemon {
public:
    explicit reverse_squid(std::uint16_t server)
    {
        begin(" accel defaultsite=localhost", "cache_peer 127.0.0.1 parent " + std::to_string(server) +
                                                  " 0 no-query no-digest originserver\nhttp_access allow all\n");
    }

    std::string url() const { return "http://" + address(); }
};

// SOCKS 5, for everybody or for one user with one password.
class microsocks : public daemon {
public:
    explicit microsocks(std::string const& user = "", std::string const& password = "")
    {
        std::vector<std::string> command{installed("microsocks", "microsocks"), "-i", "127.0.0.1", "-p",
            std::to_string(port())};
        if (!user.empty())
            command.insert(command.end(), {"-u", user, "-P", password});
        set_command(with_own_hosts(folder(), command));
        start();
    }

    std::string url() const { return "socks5://" + address(); }
    int tunnels() const { return mentions(": connected to "); }
    // What it was asked for, word for word.
    bool asked_for(std::string_view host, std::uint16_t to) const
    {
        return mentions(": connected to " + std::string(host) + ":" + std::to_string(to) + "\n") != 0;
    }
};

// SOCKS 5, by another hand.
class dante : public daemon {
public:
    explicit dante(std::string const& rules = "")
    {
        std::string const configuration = folder().write("danted.conf",
            "logoutput: stderr\ninternal: 127.0.0.1 port = " + std::to_string(port()) +
                "\nexternal: 127.0.0.1\nclientmethod: none\nsocksmethod: none\nuser.privileged: root\n"
                "user.unprivileged: root\nclient pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n" +
                rules + "socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 log: connect error }\n");
        set_command(with_own_hosts(folder(), {installed("danted", "dante-server"), "-f", configuration}));
        start();
    }

    std::string url() const { return "socks5://" + address(); }
    int tunnels() const { return mentions(": tcp/connect [: "); }
};

} // namespace support
