from onebyone.app.cli import main

main()
