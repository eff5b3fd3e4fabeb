// HAProxy in front of several servers of this machine, one request here and the next one there.
#pragma once

#include "daemon.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace support {

class haproxy : public daemon {
public:
    // `backend`: lines of its configuration, such as "cookie SERVER insert".
    haproxy(std::vector<std::uint16_t> const& servers, std::string const& backend)
    {
        std::string const configuration = folder().write("haproxy.cfg",
            "defaults\n mode http\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n timeout tunnel 60s\n"
            "frontend all\n bind " + address() + "\n default_backend servers\n"
            "backend servers\n balance roundrobin\n" + backend + "\n" + lines_of(servers));
        set_command({installed("haproxy", "haproxy"), "-db", "-f", configuration});
        start();
    }

    std::string url() const { return "http://" + address(); }

private:
    static std::string lines_of(std::vector<std::uint16_t> const& servers)
    {
        std::string all;
        for (std::uint16_t const each : servers) {
            std::string const port = std::to_string(each);
            all += " server at" + port + " 127.0.0.1:" + port + " cookie at" + port + "\n";
        }
        return all;
    }
};

} // namespace support
