"""The carriers behind one protocol: text messages, e-mail, WeChat, app push, paper."""
