module wscope

go 1.26
