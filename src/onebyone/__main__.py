from onebyone.app import main

main()
