// A chat that one would keep: rooms, who is there, who types, unread messages, pictures, and a connection that comes back.
//   qt_chat_server 3000
//   qt_chat [url] [name]
#include "chat_window.hpp"

#include <QApplication>
#include <QInputDialog>

int main(int argc, char** argv)
{
    QApplication application{argc, argv};
    QStringList const given = QApplication::arguments();
    QString const url = given.value(1, "http://localhost:3000");
    QString const name = given.size() > 2 ? given.at(2) : QInputDialog::getText(nullptr, "Chat", "Your name:").trimmed();
    if (name.isEmpty())
        return 1;
    chat_window window{url, name};
    window.open_room("lobby");
    window.show();
    return QApplication::exec();
}
