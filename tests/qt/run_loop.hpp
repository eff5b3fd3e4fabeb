// Runs Qt's event loop until something holds.
#pragma once

#include <QCoreApplication>
#include <QEventLoop>
#include <QElapsedTimer>
#include <QTimer>

#include <functional>

namespace support {

// False after a time that only failures take.
inline bool run_loop_until(std::function<bool()> const& holds)
{
    QElapsedTimer since;
    since.start();
    QTimer look; // what is asked for may change without an event of this thread
    look.start(2);
    while (!holds()) {
        if (since.hasExpired(20000))
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }
    return true;
}

} // namespace support
