module example.com/flowservice

go 1.19
