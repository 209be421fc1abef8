TEMPLATES.own_event=({name:e,...n},a)=>a.own(e,n.parameters||{});
