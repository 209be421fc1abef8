multiIf(
        {by:String} = 'browser', toString(browser), {by:String} = 'device', toString(device),
        {by:String} = 'version', trimRight(concat(browser, if(browser_version = 0, '', concat(' ', toString(browser_version))))),
        {by:String} = 'os', toString(os),
        {by:String} = 'country', toString(country), {by:String} = 'host', toString(host), {{loss_label}})
