TEMPLATES.own_event=({name:e,...t},n)=>n.own(e,t.parameters||{});
