LATER.push(_=>_.onPress((e,t)=>{let n=_.pressable(t)||t,r=n.getAttribute("role")||n.tagName.toLowerCase();_.add("element_click",{selector:_.selector(n),role:r,text:_.words(n)})}));
